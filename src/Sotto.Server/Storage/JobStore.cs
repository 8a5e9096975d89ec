namespace Sotto.Server.Storage;

/// <summary>Whose turn it is: a job's row is its lease, so that of many nodes one runs it.</summary>
internal sealed class JobStore(Database database)
{
    /// <summary>Takes the lease if the job is due.</summary>
    /// <returns>When the job is due: <paramref name="leaseEnd"/> when the lease is now the caller's, else what stands in the row.</returns>
    public Task<long> ClaimAsync(string name, long now, long leaseEnd, CancellationToken ct) =>
        database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync("insert into jobs (name, due_at) values (@name, 0) on conflict (name) do nothing", new { name });
                var claimed = await session.ExecuteAsync("update jobs set due_at = @leaseEnd where name = @name and due_at <= @now", new { name, now, leaseEnd });
                return claimed == 1 ? leaseEnd : await session.ScalarAsync<long>("select due_at from jobs where name = @name", new { name });
            },
            ct);

    /// <summary>When the job is due, as far as anybody has written; zero when it never ran.</summary>
    public Task<long> DueAsync(string name, CancellationToken ct) =>
        database.ReadAsync(session => session.ScalarAsync<long>("select due_at from jobs where name = @name", new { name }), ct);

    /// <summary>Gives the lease back, unless it has ended and is somebody else's by now.</summary>
    public Task ReleaseAsync(string name, long leaseEnd, long dueAt, CancellationToken ct) =>
        database.WriteAsync(
            session => session.ExecuteAsync("update jobs set due_at = @dueAt where name = @name and due_at = @leaseEnd", new { name, leaseEnd, dueAt }), ct);
}
