using Sotto.Contracts;

namespace Sotto.Server.Devices;

/// <summary>Public keys of devices, for other modules.</summary>
internal sealed class DeviceDirectory(DeviceStore store)
{
    /// <summary>Every active device of these users, with the public keys of those that have published any.</summary>
    public async Task<IReadOnlyList<PublicDevice>> OfUsersAsync(IEnumerable<Guid> userIds, CancellationToken ct) =>
        [.. (await store.OfUsersAsync(userIds, ct)).Select(row => row.ToPublic())];
}
