using Sotto.Contracts;
using Sotto.Server.Storage;

namespace Sotto.Server.Accounts;

/// <summary>A session that lives: whose it is, and what its user may.</summary>
internal sealed record LiveSession(Guid UserId, Guid DeviceId, ServerRole Role);

/// <summary>Whether sessions and devices still live; asked with every request, so remembered for a second.</summary>
internal sealed class Liveness(SessionStore store, TimeProvider clock)
{
    private readonly BriefCache<Guid, LiveSession?> _sessions = new(clock);
    private readonly BriefCache<Guid, DeviceRow?> _devices = new(clock);

    /// <summary>Null when session, device or user is gone.</summary>
    public ValueTask<LiveSession?> SessionAsync(Guid sessionId, CancellationToken ct) =>
        _sessions.GetAsync(
            sessionId,
            async (id, token) => await store.FindLiveAsync(id, token) is { } row
                ? new LiveSession(row.UserId, row.DeviceId, EnumText.Parse<ServerRole>(row.Role))
                : null,
            ct);

    /// <summary>Null when there never was such a device; a revoked one says so.</summary>
    public ValueTask<DeviceRow?> DeviceAsync(Guid deviceId, CancellationToken ct) => _devices.GetAsync(deviceId, store.FindDeviceAsync, ct);

    public void Drop(IEnumerable<Guid> sessionIds)
    {
        foreach (var id in sessionIds)
        {
            _sessions.Drop(id);
        }
    }

    public void DropDevice(Guid deviceId) => _devices.Drop(deviceId);

    /// <summary>Something changed that concerns sessions which aren't known one by one, such as a role.</summary>
    public void DropAll()
    {
        _sessions.Clear();
        _devices.Clear();
    }
}
