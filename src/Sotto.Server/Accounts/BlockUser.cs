using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Http;
using Sotto.Server.Sockets;
using Sotto.Server.Storage;

namespace Sotto.Server.Accounts;

/// <summary>Blocks and unblocks: PUT and DELETE /users/{user_id}/block; GET /users/me/blocks lists. Doing it twice is doing it once.</summary>
internal sealed class BlockUser(Database database, BlockStore store, Blocks blocks, DeviceNews news, IServiceProvider services, LiveStatus live, TimeProvider clock)
{
    public static void Map(Routes routes, CommandMap commands)
    {
        routes.Put("/users/{user_id}/block", "Blocks a user: neither can reach the other directly any more.")
            .Refuses(Errors.UserNotFound)
            .Handle((BlockUser use, Call call) => use.BlockAsync(call.Caller, call.Id("user_id"), call.Ct));
        routes.Delete("/users/{user_id}/block", "Ends a block.")
            .Handle((BlockUser use, Call call) => use.UnblockAsync(call.Caller, call.Id("user_id"), call.Ct));
        routes.Get("/users/me/blocks", "Lists whom the caller has blocked, the newest block first.")
            .Pages()
            .Handle((BlockUser use, Call call) => use.ListAsync(call.Caller, call.Paging(), call.Ct));
    }

    public async Task BlockAsync(Caller caller, Guid userId, CancellationToken ct)
    {
        new Check().That(userId != caller.UserId, "user_id", "must be somebody else").Done();
        await ChangeAsync(
            caller,
            userId,
            async session =>
            {
                _ = await UserStore.FindAsync(session, userId) ?? throw Users.NotFound();
                return await BlockStore.AddAsync(session, caller.UserId, userId, clock.NowMs());
            },
            ct);
        foreach (var hook in services.GetServices<IUserBlocked>())
        {
            await hook.UserBlockedAsync(caller.UserId, userId);
        }
    }

    public Task UnblockAsync(Caller caller, Guid userId, CancellationToken ct) =>
        ChangeAsync(caller, userId, session => BlockStore.RemoveAsync(session, caller.UserId, userId), ct);

    public async Task<Page<PublicUser>> ListAsync(Caller caller, Paging paging, CancellationToken ct)
    {
        var page = await store.ListAsync(caller.UserId, paging.Skip, paging.Limit, ct);
        return new Page<PublicUser>([.. page.Data.Select(user => user.ToPublic(live))], page.Count);
    }

    private async Task ChangeAsync(Caller caller, Guid userId, Func<Session, Task<bool>> change, CancellationToken ct)
    {
        // Rosters of direct conversations hold whether one has blocked the other.
        var after = await database.WriteAsync(async session => await change(session) ? await news.KeepToItselfAsync(session, caller.UserId) : null, ct);
        blocks.Drop(caller.UserId, userId);
        after?.Invoke();
    }
}
