using Sotto.Contracts;
using Sotto.Server.Storage;

namespace Sotto.Server.Devices;

internal sealed class ManifestStore(Database database)
{
    // Clients keep the newest themselves; the server keeps some to show that the chain is whole.
    private const int KeptVersions = 50;

    public Task<Manifest?> NewestAsync(Guid userId, CancellationToken ct) => database.ReadAsync(session => NewestAsync(session, userId), ct);

    public static async Task<Manifest?> NewestAsync(Session session, Guid userId) =>
        await session.FirstAsync<ManifestRow>(
            "select version, payload, signature, certificate from manifests where user_id = @userId order by version desc limit 1", new { userId }) is { } row
            ? new Manifest(row.Version, row.Payload, row.Signature, row.Certificate)
            : null;

    public static async Task AddAsync(Session session, Guid userId, Manifest manifest, long now)
    {
        await session.ExecuteAsync(
            """
            insert into manifests (user_id, version, payload, signature, certificate, created_at)
            values (@userId, @Version, @Payload, @Signature, @Certificate, @now)
            """,
            new { userId, manifest.Version, manifest.Payload, manifest.Signature, manifest.Certificate, now });
        await session.ExecuteAsync(
            """
            delete from manifests where user_id = @userId
            and version <= (select version from manifests where user_id = @userId order by version desc limit 1 offset @KeptVersions)
            """,
            new { userId, KeptVersions });
    }

    private sealed class ManifestRow
    {
        public long Version { get; init; }

        public string Payload { get; init; } = "";

        public string Signature { get; init; } = "";

        public string Certificate { get; init; } = "";
    }
}
