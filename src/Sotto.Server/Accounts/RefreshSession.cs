using Sotto.Contracts;
using Sotto.Server.Http;
using Sotto.Server.Sockets;

namespace Sotto.Server.Accounts;

/// <summary>Takes a refresh token for a new pair: POST /auth/refresh.</summary>
internal sealed class RefreshSession(Sessions sessions)
{
    public static void Map(Routes routes, CommandMap commands) =>
        routes.Post("/auth/refresh", "Gives a new pair of tokens; the old refresh token dies, and using it again ends the session.")
            .For(Access.Anyone).Gives<SignedIn>()
            .Refuses(Errors.InvalidToken, Errors.TokenExpired, Errors.RefreshReused, Errors.DeviceRevoked)
            .Handle((RefreshSession use, Call call, RefreshRequest body) => use.RefreshAsync(body, call.Ct));

    public Task<SignedIn> RefreshAsync(RefreshRequest body, CancellationToken ct)
    {
        new Check().Required(body.RefreshToken, "refresh_token").Done();
        return sessions.RenewAsync(body.RefreshToken!, ct);
    }
}
