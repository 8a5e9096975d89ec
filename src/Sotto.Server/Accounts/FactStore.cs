using Sotto.Server.Storage;

namespace Sotto.Server.Accounts;

/// <summary>Facts of the server itself.</summary>
internal sealed class FactStore(Database database)
{
    public Task<string?> FindAsync(string name, CancellationToken ct) => database.ReadAsync(session => FindAsync(session, name), ct);

    public static Task<string?> FindAsync(Session session, string name) =>
        session.ScalarAsync<string>($"select value from server_facts where name = @name {session.Dialect.ForUpdate}", new { name });

    /// <returns>False when there is such a fact already.</returns>
    public Task<bool> AddAsync(string name, string value, CancellationToken ct) =>
        database.WriteAsync(
            async session => await session.ExecuteAsync(
                "insert into server_facts (name, value) values (@name, @value) on conflict (name) do nothing", new { name, value }) == 1,
            ct);

    public static Task ChangeAsync(Session session, string name, string value) =>
        session.ExecuteAsync("update server_facts set value = @value where name = @name", new { name, value });
}
