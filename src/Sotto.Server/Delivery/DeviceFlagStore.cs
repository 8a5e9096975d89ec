using Sotto.Server.Storage;

namespace Sotto.Server.Delivery;

/// <summary>Which devices are plain: they have neither published keys nor ever acknowledged, so writing to their socket counts as reaching them.</summary>
internal sealed class DeviceFlagStore(Database database)
{
    public Task<bool> IsPlainAsync(Guid deviceId, CancellationToken ct) =>
        database.ReadAsync(
            async session => await session.ScalarAsync<long>(
                "select count(*) from devices where id = @deviceId and has_keys = false and acknowledges = false", new { deviceId }) > 0,
            ct);

    /// <summary>From its first acknowledgement on, only acknowledgements move a device's cursors.</summary>
    public Task AcknowledgesAsync(Guid deviceId, CancellationToken ct) =>
        database.WriteAsync(
            session => session.ExecuteAsync("update devices set acknowledges = true where id = @deviceId and acknowledges = false", new { deviceId }), ct);
}
