using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Http;
using Sotto.Server.Sockets;
using Sotto.Server.Storage;

namespace Sotto.Server.Accounts;

/// <summary>Erases the caller: DELETE /users/me. From the first step on nobody can sign in as them; the rest is done again after a crash.</summary>
internal sealed class EraseUser(Database database, Erasures erasures, Liveness liveness, OutsideIssuer outside, SocketRegistry sockets, TimeProvider clock)
{
    public static void Map(Routes routes, CommandMap commands) =>
        routes.Delete("/users/me", "Erases the caller's account and everything that the server holds of it.")
            .For(Access.User)
            .Refuses(Errors.UserNotFound)
            .Handle((EraseUser use, Call call) => use.EraseAsync(call.Caller, call.Ct));

    public async Task EraseAsync(Caller caller, CancellationToken ct)
    {
        await database.WriteAsync(
            async session =>
            {
                _ = await UserStore.LockAsync(session, caller.UserId) ?? throw Users.NotFound();
                await UserStore.BeginErasureAsync(session, caller.UserId, clock.NowMs());
                await SessionStore.EndOfUserAsync(session, caller.UserId, clock.NowMs());
            },
            ct);
        liveness.DropAll();
        outside.Forget();
        sockets.CloseUser(caller.UserId, CloseCodes.AuthenticationFailed);

        // No longer the caller's to cancel.
        await erasures.EraseAsync(caller.UserId, CancellationToken.None);
    }
}
