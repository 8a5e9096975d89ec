using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Http;
using Sotto.Server.Sockets;

namespace Sotto.Server.Accounts;

/// <summary>Shows a user: GET /users/me as oneself, GET /users/{user_id} as others see them.</summary>
internal sealed class ReadProfile(Users users, BlockStore blocks, LiveStatus live)
{
    public static void Map(Routes routes, CommandMap commands)
    {
        routes.Get("/users/me", "Shows the caller's own account.")
            .For(Access.User)
            .Handle((ReadProfile use, Call call) => use.OwnAsync(call.Caller, call.Ct));
        routes.Get("/users/{user_id}", "Shows a user as others see them.")
            .Refuses(Errors.UserNotFound)
            .Handle((ReadProfile use, Call call) => use.OtherAsync(call.Caller, call.Id("user_id"), call.Ct));
    }

    public async Task<User> OwnAsync(Caller caller, CancellationToken ct) => (await users.MustFindAsync(caller.UserId, ct)).ToUser(live);

    public async Task<PublicUser> OtherAsync(Caller caller, Guid userId, CancellationToken ct)
    {
        var user = await users.MustFindAsync(userId, ct);
        return user.ToPublic(live, hidden: await blocks.HasBlockedAsync(userId, caller.UserId, ct));
    }
}
