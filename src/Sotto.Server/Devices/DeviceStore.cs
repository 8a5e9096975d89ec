using Sotto.Contracts;
using Sotto.Server.Accounts;
using Sotto.Server.Storage;

namespace Sotto.Server.Devices;

/// <summary>A device with its public keys, as stored.</summary>
internal sealed class KeyRow
{
    public const string Columns =
        "id, user_id, has_keys, revoked_at, signing_key, identity_key, signed_prekey_id, signed_prekey, signed_prekey_signature, signed_prekey_expires_at";

    public Guid Id { get; init; }

    public Guid UserId { get; init; }

    public bool HasKeys { get; init; }

    public long? RevokedAt { get; init; }

    public string? SigningKey { get; init; }

    public string? IdentityKey { get; init; }

    public long? SignedPrekeyId { get; init; }

    public string? SignedPrekey { get; init; }

    public string? SignedPrekeySignature { get; init; }

    public long? SignedPrekeyExpiresAt { get; init; }

    public PublicDevice ToPublic() => new(UserId, Id, SigningKey, IdentityKey);

    public PrekeyBundle ToBundle(OneTimePrekey? oneTime) => new(
        UserId, Id, SigningKey!, IdentityKey!,
        new SignedPrekey((uint?)SignedPrekeyId, SignedPrekey, SignedPrekeySignature, Times.FromMs(SignedPrekeyExpiresAt)), oneTime);
}

internal sealed class DeviceStore(Database database)
{
    public Task<IReadOnlyList<DeviceRow>> ListAsync(Guid userId, CancellationToken ct) =>
        database.ReadAsync(
            session => session.ListAsync<DeviceRow>(
                $"select {DeviceRow.Columns} from devices where user_id = @userId and revoked_at is null order by created_at, id", new { userId }),
            ct);

    /// <summary>The row is locked until the transaction ends.</summary>
    public static Task<DeviceRow?> LockAsync(Session session, Guid id) =>
        session.FirstAsync<DeviceRow>($"select {DeviceRow.Columns} from devices where id = @id {session.Dialect.ForUpdate}", new { id });

    public static Task DescribeAsync(Session session, DeviceRow device) =>
        session.ExecuteAsync("update devices set name = @Name, platform = @Platform where id = @Id", new { device.Id, device.Name, device.Platform });

    public Task<KeyRow?> KeysAsync(Guid id, CancellationToken ct) =>
        database.ReadAsync(session => session.FirstAsync<KeyRow>($"select {KeyRow.Columns} from devices where id = @id", new { id }), ct);

    /// <summary>The active devices of these users, with their public keys.</summary>
    public Task<IReadOnlyList<KeyRow>> OfUsersAsync(IEnumerable<Guid> userIds, CancellationToken ct) =>
        database.ReadAsync(
            session => session.ListAsync<KeyRow>(
                $"select {KeyRow.Columns} from devices where user_id in @ids and revoked_at is null order by user_id, created_at, id", new { ids = session.Ids(userIds) }),
            ct);

    /// <summary>Fills in the devices and the backup blobs of a user's export.</summary>
    public async Task<UserExport> ExportAsync(Guid userId, UserExport export, CancellationToken ct)
    {
        var devices = await ListAsync(userId, ct);
        var backups = await database.ReadAsync(
            session => session.ListAsync<BackupRow>($"select {BackupRow.Columns} from backups where user_id = @userId order by name", new { userId }), ct);
        var manifest = await database.ReadAsync(session => ManifestStore.NewestAsync(session, userId), ct);
        return export with
        {
            Manifest = manifest,
            Devices = [.. devices.Select(device => device.ToDevice(Guid.Empty))],
            Backups = [.. backups.Select(row => row.ToInfo())],
        };
    }

    public Task EraseAsync(Guid userId, CancellationToken ct) =>
        database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync("delete from one_time_prekeys where device_id in (select id from devices where user_id = @userId)", new { userId });
                await session.ExecuteAsync("delete from spent_prekeys where device_id in (select id from devices where user_id = @userId)", new { userId });
                await session.ExecuteAsync("delete from manifests where user_id = @userId", new { userId });
                await session.ExecuteAsync("delete from backups where user_id = @userId", new { userId });
                await session.ExecuteAsync("delete from devices where user_id = @userId", new { userId });
            },
            ct);
}
