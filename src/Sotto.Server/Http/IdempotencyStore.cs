using Sotto.Server.Storage;

namespace Sotto.Server.Http;

internal sealed class IdempotencyRow
{
    public byte[] BodyHash { get; init; } = [];

    public long? Status { get; init; }

    public byte[]? Answer { get; init; }

    public long CreatedAt { get; init; }
}

internal sealed class IdempotencyStore(Database database, TimeProvider clock)
{
    private const long Abandoned = 60_000;

    /// <returns>Null when the key is now the caller's; else what is stored under it.</returns>
    public Task<IdempotencyRow?> ClaimAsync(Guid userId, string key, byte[] hash, long now, CancellationToken ct) =>
        database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync(
                    """
                    delete from idempotency where user_id = @userId and key = @key
                    and (created_at < @expired or (status is null and created_at < @abandoned))
                    """,
                    new { userId, key, expired = now - 86_400_000, abandoned = now - Abandoned });
                var claimed = await session.ExecuteAsync(
                    "insert into idempotency (user_id, key, body_hash, created_at) values (@userId, @key, @hash, @now) on conflict (user_id, key) do nothing",
                    new { userId, key, hash, now });
                return claimed == 1
                    ? null
                    : await session.FirstAsync<IdempotencyRow>(
                        "select body_hash, status, answer, created_at from idempotency where user_id = @userId and key = @key", new { userId, key });
            },
            ct);

    public Task KeepAsync(Guid userId, string key, StoredAnswer answer, CancellationToken ct) =>
        database.WriteAsync(
            session => session.ExecuteAsync(
                "update idempotency set status = @status, answer = @answer where user_id = @userId and key = @key",
                new { userId, key, status = (long)answer.Status, answer = answer.Raw?.Bytes.ToArray() }),
            ct);

    public Task ReleaseAsync(Guid userId, string key, CancellationToken ct) =>
        database.WriteAsync(
            session => session.ExecuteAsync("delete from idempotency where user_id = @userId and key = @key and status is null", new { userId, key }), ct);

    /// <summary>Drops what is older than 24 hours.</summary>
    public Task SweepAsync(CancellationToken ct) =>
        database.WriteAsync(session => session.ExecuteAsync("delete from idempotency where created_at < @expired", new { expired = clock.NowMs() - 86_400_000 }), ct);
}
