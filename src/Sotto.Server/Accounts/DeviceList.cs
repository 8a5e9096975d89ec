using System.Text.Json.Nodes;
using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Sockets;
using Sotto.Server.Storage;

namespace Sotto.Server.Accounts;

/// <summary>What a change of devices did, to be carried out once it is committed.</summary>
internal sealed record DevicesChanged(IReadOnlyList<Guid> EndedSessions, IReadOnlyList<Guid> ClosedDevices, Action After)
{
    public static DevicesChanged Nothing { get; } = new([], [], () => { });
}

/// <summary>The devices of users: adds and removes them, and shuts out those whose session has ended.</summary>
internal sealed class DeviceList(SessionStore store, Liveness liveness, DeviceNews news, SocketRegistry sockets, IEnumerable<IDeviceShutOut> hooks, TimeProvider clock)
{
    /// <summary>Adds a device in the transaction. A full list makes room by its longest unused device that has neither keys nor a session.</summary>
    /// <exception cref="RefusedException">TOO_MANY_DEVICES, naming the devices: a client may log in as one of them.</exception>
    public async Task<(DeviceRow Device, DevicesChanged Changed)> AddAsync(Session session, Guid userId, DeviceDescription? description)
    {
        var now = clock.NowMs();
        await UserStore.LockAsync(session, userId);
        var devices = await SessionStore.DevicesAsync(session, userId);
        List<Guid> removed = [];
        if (devices.Count >= Sizes.DevicesPerUser)
        {
            var spare = await SessionStore.FindSpareDeviceAsync(session, userId, now) ?? throw TooMany(devices);
            await SessionStore.RevokeDeviceAsync(session, spare, now);
            removed.Add(spare);
        }

        var device = new DeviceRow { Id = Ids.New(clock), UserId = userId, Name = description?.Name, Platform = description?.Platform, CreatedAt = now };
        await SessionStore.AddDeviceAsync(session, device);
        return (device, new DevicesChanged([], removed, await news.TellAsync(session, userId, device.Id)));
    }

    /// <summary>Removes a device in the transaction: its session, its keys, its place in the list.</summary>
    public async Task<DevicesChanged> RemoveAsync(Session session, Guid userId, Guid deviceId)
    {
        var ended = await SessionStore.EndOfDeviceAsync(session, deviceId, clock.NowMs());
        await SessionStore.RevokeDeviceAsync(session, deviceId, clock.NowMs());
        return new DevicesChanged(ended, [deviceId], await news.TellAsync(session, userId, null));
    }

    /// <summary>Ends the session of a device, in the transaction of its next login.</summary>
    public async Task<DevicesChanged> EndSessionAsync(Session session, Guid deviceId) =>
        new(await SessionStore.EndOfDeviceAsync(session, deviceId, clock.NowMs()), [], () => { });

    /// <summary>Ends the session of a device.</summary>
    public async Task EndSessionAsync(Guid deviceId, CancellationToken ct) =>
        Committed(new DevicesChanged(await store.EndOfDeviceAsync(deviceId, clock.NowMs(), ct), [deviceId], () => { }));

    /// <summary>After the commit: who was shut out gets no further answer, and their sockets close with 4001.</summary>
    public void Committed(DevicesChanged changed)
    {
        liveness.Drop(changed.EndedSessions);
        foreach (var session in changed.EndedSessions)
        {
            sockets.CloseSession(session, CloseCodes.AuthenticationFailed);
        }

        foreach (var device in changed.ClosedDevices)
        {
            liveness.DropDevice(device);
            sockets.CloseDevice(device, CloseCodes.AuthenticationFailed);
            foreach (var hook in hooks)
            {
                hook.DeviceShutOut(device);
            }
        }

        changed.After();
    }

    /// <summary>The device, when it is this user's and in use.</summary>
    /// <exception cref="RefusedException">DEVICE_NOT_FOUND, PERMISSION_DENIED, DEVICE_REVOKED.</exception>
    public static DeviceRow MustBeOwn(DeviceRow? device, Guid userId)
    {
        if (device is null)
        {
            throw Errors.DeviceNotFound.Because("There is no such device.");
        }

        if (device.UserId != userId)
        {
            throw Errors.PermissionDenied.Because("This device is somebody else's.");
        }

        return device.RevokedAt is null ? device : throw Errors.DeviceRevoked.Because("This device was removed.");
    }

    private static RefusedException TooMany(IReadOnlyList<DeviceRow> devices) =>
        Errors.TooManyDevices.With(
            $"A user may have {Sizes.DevicesPerUser} devices; remove one, or log in as one of them.",
            new JsonObject
            {
                ["limit"] = Sizes.DevicesPerUser,
                ["device_ids"] = new JsonArray([.. devices.Select(device => (JsonNode)device.Id.ToString())]),
            });
}
