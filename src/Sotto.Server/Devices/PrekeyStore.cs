using Sotto.Contracts;
using Sotto.Server.Storage;

namespace Sotto.Server.Devices;

internal sealed class PrekeyRow
{
    public long KeyId { get; init; }

    public string Key { get; init; } = "";
}

/// <summary>Published keys, and the one-time prekeys: each is handed out once, and its id is never taken again.</summary>
internal sealed class PrekeyStore(Database database)
{
    /// <summary>The row is locked until the transaction ends: hand-outs and uploads of one device go one after another.</summary>
    public static Task<KeyRow?> LockAsync(Session session, Guid deviceId) =>
        session.FirstAsync<KeyRow>($"select {KeyRow.Columns} from devices where id = @deviceId {session.Dialect.ForUpdate}", new { deviceId });

    public static Task PublishAsync(Session session, Guid deviceId, DeviceKeys keys) =>
        session.ExecuteAsync(
            """
            update devices set has_keys = @yes, signing_key = @SigningKey, identity_key = @IdentityKey, signed_prekey_id = @prekeyId,
                signed_prekey = @Key, signed_prekey_signature = @Signature, signed_prekey_expires_at = @expiresAt
            where id = @deviceId
            """,
            new
            {
                deviceId, yes = true, keys.SigningKey, keys.IdentityKey, prekeyId = (long)keys.SignedPrekey!.Id!.Value, keys.SignedPrekey.Key,
                keys.SignedPrekey.Signature, expiresAt = keys.SignedPrekey.ExpiresAt!.Value.ToUnixTimeMilliseconds(),
            });

    public static Task<IReadOnlyList<PrekeyRow>> ListAsync(Session session, Guid deviceId) =>
        session.ListAsync<PrekeyRow>("select key_id, key from one_time_prekeys where device_id = @deviceId", new { deviceId });

    public static Task<IReadOnlyList<long>> SpentAsync(Session session, Guid deviceId) =>
        session.ListAsync<long>("select key_id from spent_prekeys where device_id = @deviceId", new { deviceId });

    public static async Task AddAsync(Session session, Guid deviceId, IEnumerable<OneTimePrekey> prekeys)
    {
        foreach (var prekey in prekeys)
        {
            await session.ExecuteAsync(
                "insert into one_time_prekeys (device_id, key_id, key) values (@deviceId, @keyId, @key)",
                new { deviceId, keyId = (long)prekey.Id!.Value, key = prekey.Key });
        }
    }

    /// <summary>Prekeys of an identity that was replaced: they open nothing any more.</summary>
    public static async Task SpendAllAsync(Session session, Guid deviceId, long now)
    {
        await session.ExecuteAsync(
            """
            insert into spent_prekeys (device_id, key_id, spent_at) select device_id, key_id, @now from one_time_prekeys where device_id = @deviceId
            on conflict (device_id, key_id) do nothing
            """,
            new { deviceId, now });
        await session.ExecuteAsync("delete from one_time_prekeys where device_id = @deviceId", new { deviceId });
    }

    /// <summary>Takes the one-time prekey of the lowest id; the caller holds the device's row.</summary>
    public static async Task<OneTimePrekey?> SpendOneAsync(Session session, Guid deviceId, long now)
    {
        var row = await session.FirstAsync<PrekeyRow>(
            """
            delete from one_time_prekeys where device_id = @deviceId
            and key_id = (select min(key_id) from one_time_prekeys where device_id = @deviceId)
            returning key_id, key
            """,
            new { deviceId });
        if (row is null)
        {
            return null;
        }

        await session.ExecuteAsync(
            "insert into spent_prekeys (device_id, key_id, spent_at) values (@deviceId, @keyId, @now)", new { deviceId, keyId = row.KeyId, now });
        return new OneTimePrekey((uint)row.KeyId, row.Key);
    }

    public Task<long> CountAsync(Guid deviceId, CancellationToken ct) =>
        database.ReadAsync(session => session.ScalarAsync<long>("select count(*) from one_time_prekeys where device_id = @deviceId", new { deviceId }), ct);
}
