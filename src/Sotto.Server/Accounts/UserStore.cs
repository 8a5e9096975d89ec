using Sotto.Contracts;
using Sotto.Server.Storage;

namespace Sotto.Server.Accounts;

internal sealed class UserStore(Database database)
{
    private const string OneOf = $"select {UserRow.Columns} from users where erasing_at is null and ";

    /// <returns>False when the user name is taken.</returns>
    public static async Task<bool> AddAsync(Session session, UserRow user, string? issuer = null, string? subject = null) =>
        await session.ExecuteAsync(
            """
            insert into users (id, username, display_name, username_key, search_name, avatar, status, role, password_hash, issuer, subject,
                discoverable, receipts_since, show_last_seen, created_at)
            values (@Id, @Username, @DisplayName, @UsernameKey, @SearchName, @Avatar, @Status, @Role, @PasswordHash, @issuer, @subject,
                @Discoverable, @ReceiptsSince, @ShowLastSeen, @CreatedAt)
            on conflict (username) do nothing
            """,
            new
            {
                user.Id, user.Username, user.DisplayName, UsernameKey = UserName.SearchKey(user.Username), SearchName = UserName.SearchKey(user.DisplayName),
                user.Avatar, user.Status, user.Role, user.PasswordHash, issuer, subject, user.Discoverable, user.ReceiptsSince, user.ShowLastSeen, user.CreatedAt,
            }) == 1;

    public static Task<UserRow?> FindAsync(Session session, Guid id) => session.FirstAsync<UserRow>(OneOf + "id = @id", new { id });

    /// <summary>The row is locked until the transaction ends, so that what is counted of the user stays true.</summary>
    public static Task<UserRow?> LockAsync(Session session, Guid id) =>
        session.FirstAsync<UserRow>(OneOf + $"id = @id {session.Dialect.ForUpdate}", new { id });

    public static Task<IReadOnlyList<Guid>> ExistingAsync(Session session, IEnumerable<Guid> userIds) =>
        session.ListAsync<Guid>("select id from users where erasing_at is null and id in @ids", new { ids = session.Ids(userIds) });

    public Task<UserRow?> FindAsync(Guid id, CancellationToken ct) => database.ReadAsync(session => FindAsync(session, id), ct);

    public Task<UserRow?> FindByNameAsync(string username, CancellationToken ct) =>
        database.ReadAsync(session => session.FirstAsync<UserRow>(OneOf + "username = @username", new { username }), ct);

    public Task<UserRow?> FindBySubjectAsync(string issuer, string subject, CancellationToken ct) =>
        database.ReadAsync(session => session.FirstAsync<UserRow>(OneOf + "issuer = @issuer and subject = @subject", new { issuer, subject }), ct);

    public Task<IReadOnlyList<UserRow>> ListAsync(IEnumerable<Guid> userIds, CancellationToken ct) =>
        database.ReadAsync(session => session.ListAsync<UserRow>(OneOf + "id in @ids", new { ids = session.Ids(userIds) }), ct);

    public Task<Page<UserRow>> SearchAsync(string query, int skip, int limit, CancellationToken ct) =>
        database.ReadAsync(
            async session =>
            {
                const string Matches =
                    """
                    from users where erasing_at is null and (discoverable or username_key = @from)
                    and ((username_key >= @from and username_key < @to) or (search_name >= @from and search_name < @to))
                    """;
                var from = UserName.SearchKey(query);
                var args = new { from, to = UserName.AfterPrefix(from), skip, limit };
                var count = await session.ScalarAsync<long>("select count(*) " + Matches, args);
                var rows = await session.ListAsync<UserRow>($"select {UserRow.Columns} {Matches} order by username_key limit @limit offset @skip", args);
                return new Page<UserRow>(rows, count);
            },
            ct);

    public static Task ChangeAsync(Session session, UserRow user) =>
        session.ExecuteAsync(
            """
            update users set display_name = @DisplayName, search_name = @SearchName, avatar = @Avatar, status = @Status,
                discoverable = @Discoverable, receipts_since = @ReceiptsSince, show_last_seen = @ShowLastSeen
            where id = @Id
            """,
            new
            {
                user.Id, user.DisplayName, SearchName = UserName.SearchKey(user.DisplayName), user.Avatar, user.Status,
                user.Discoverable, user.ReceiptsSince, user.ShowLastSeen,
            });

    public Task SetPasswordAsync(Guid id, string passwordHash, CancellationToken ct) =>
        database.WriteAsync(session => session.ExecuteAsync("update users set password_hash = @passwordHash where id = @id", new { id, passwordHash }), ct);

    public static Task SetRoleAsync(Session session, Guid id, ServerRole role) =>
        session.ExecuteAsync("update users set role = @role where id = @id", new { id, role = EnumText.Of(role) });

    public static Task<long> CountAdminsAsync(Session session) =>
        session.ScalarAsync<long>("select count(*) from users where role = 'admin' and erasing_at is null");

    public static Task SetStatusAsync(Session session, Guid id, UserStatus status) =>
        session.ExecuteAsync("update users set status = @status where id = @id", new { id, status = EnumText.Of(status) });

    public static Task SetSeenAsync(Session session, Guid id, long at) =>
        session.ExecuteAsync("update users set last_seen = @at where id = @id and (last_seen is null or last_seen < @at)", new { id, at });

    // Erasure.
    public static Task<int> BeginErasureAsync(Session session, Guid id, long now) =>
        session.ExecuteAsync("update users set erasing_at = @now where id = @id and erasing_at is null", new { id, now });

    public Task<IReadOnlyList<Guid>> ErasingAsync(long before, CancellationToken ct) =>
        database.ReadAsync(session => session.ListAsync<Guid>("select id from users where erasing_at <= @before order by erasing_at limit 100", new { before }), ct);

    /// <remarks>The ended sessions stay for a minute, so that every node sees that they ended.</remarks>
    public Task DeleteAsync(Guid id, CancellationToken ct) =>
        database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync("delete from blocks where user_id = @id or blocked_id = @id", new { id });
                await session.ExecuteAsync("delete from tickets where user_id = @id", new { id });
                await session.ExecuteAsync("delete from idempotency where user_id = @id", new { id });
                await session.ExecuteAsync("delete from users where id = @id", new { id });
            },
            ct);
}
