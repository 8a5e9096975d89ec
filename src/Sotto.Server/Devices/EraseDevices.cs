using Sotto.Server.Callers;

namespace Sotto.Server.Devices;

/// <summary>Erases a user's devices with their keys, the manifest and the backup.</summary>
internal sealed class EraseDevices(DeviceStore store) : IUserErased
{
    public Task EraseUserAsync(Guid userId, CancellationToken ct) => store.EraseAsync(userId, ct);
}
