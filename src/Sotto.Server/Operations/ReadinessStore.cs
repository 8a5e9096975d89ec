using Sotto.Server.Storage;

namespace Sotto.Server.Operations;

/// <summary>The smallest read and the smallest write that reach the disk.</summary>
internal sealed class ReadinessStore(Database database)
{
    public async Task TryAsync(long now, CancellationToken ct)
    {
        await database.ReadAsync(session => session.ScalarAsync<long>("select 1"), ct);
        await database.WriteAsync(
            session => session.ExecuteAsync(
                "insert into server_facts (name, value) values ('ready_probe', @now) on conflict (name) do update set value = excluded.value",
                new { now = now.ToString() }),
            ct);
    }
}
