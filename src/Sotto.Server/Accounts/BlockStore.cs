using Sotto.Contracts;
using Sotto.Server.Storage;

namespace Sotto.Server.Accounts;

internal sealed class BlockStore(Database database)
{
    /// <returns>False when it was so before.</returns>
    public static async Task<bool> AddAsync(Session session, Guid userId, Guid blockedId, long now) =>
        await session.ExecuteAsync(
            "insert into blocks (user_id, blocked_id, created_at) values (@userId, @blockedId, @now) on conflict (user_id, blocked_id) do nothing",
            new { userId, blockedId, now }) == 1;

    /// <returns>False when it was so before.</returns>
    public static async Task<bool> RemoveAsync(Session session, Guid userId, Guid blockedId) =>
        await session.ExecuteAsync("delete from blocks where user_id = @userId and blocked_id = @blockedId", new { userId, blockedId }) == 1;

    public Task<Page<UserRow>> ListAsync(Guid userId, int skip, int limit, CancellationToken ct) =>
        database.ReadAsync(
            async session =>
            {
                var args = new { userId, skip, limit };
                var count = await session.ScalarAsync<long>("select count(*) from blocks where user_id = @userId", args);
                var rows = await session.ListAsync<UserRow>(
                    $"""
                    select {UserRow.Columns} from users u join (
                        select blocked_id, created_at as blocked_at from blocks where user_id = @userId) b on b.blocked_id = u.id
                    order by blocked_at desc, id limit @limit offset @skip
                    """,
                    args);
                return new Page<UserRow>(rows, count);
            },
            ct);

    /// <summary>Who of these has blocked the user, or is blocked by the user.</summary>
    public Task<IReadOnlyList<Guid>> BetweenAsync(Guid userId, IEnumerable<Guid> others, CancellationToken ct) =>
        database.ReadAsync(
            session => session.ListAsync<Guid>(
                """
                select blocked_id from blocks where user_id = @userId and blocked_id in @ids
                union select user_id from blocks where blocked_id = @userId and user_id in @ids
                """,
                new { userId, ids = session.Ids(others) }),
            ct);

    public Task<bool> HasBlockedAsync(Guid userId, Guid blockedId, CancellationToken ct) =>
        database.ReadAsync(
            async session => await session.ScalarAsync<long>(
                "select count(*) from blocks where user_id = @userId and blocked_id = @blockedId", new { userId, blockedId }) > 0,
            ct);
}
