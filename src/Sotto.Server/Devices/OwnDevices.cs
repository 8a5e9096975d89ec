using Sotto.Contracts;
using Sotto.Server.Accounts;
using Sotto.Server.Callers;
using Sotto.Server.Http;
using Sotto.Server.Sockets;
using Sotto.Server.Storage;

namespace Sotto.Server.Devices;

/// <summary>Lists, adds, renames and removes the caller's own devices: GET and POST /devices/, PATCH and DELETE /devices/{device_id}.</summary>
internal sealed class OwnDevices(Database database, DeviceStore store, DeviceList list)
{
    public static void Map(Routes routes, CommandMap commands)
    {
        routes.Get("/devices/", "Lists the caller's own devices.")
            .For(Access.User).Pages()
            .Handle((OwnDevices use, Call call) => use.ListAsync(call.Caller, call.Paging(), call.Ct));
        routes.Post("/devices/", "Registers a device; a session on it begins with a login, or with an outside issuer's token and X-Device-Id.")
            .For(Access.User).Created().Once()
            .Refuses(Errors.TooManyDevices)
            .Handle((OwnDevices use, Call call, DeviceDescription body) => use.AddAsync(call.Caller, body, call.Ct));
        routes.Patch("/devices/{device_id}", "Renames an own device.")
            .For(Access.User)
            .Refuses(Errors.DeviceNotFound, Errors.PermissionDenied, Errors.DeviceRevoked)
            .Handle((OwnDevices use, Call call, DeviceChanges body) => use.ChangeAsync(call.Caller, call.Id("device_id"), body, call.Ct));
        routes.Delete("/devices/{device_id}", "Removes an own device: its session ends, its sockets close, its keys are dropped.")
            .For(Access.User)
            .Refuses(Errors.DeviceNotFound, Errors.PermissionDenied)
            .Handle((OwnDevices use, Call call) => use.RemoveAsync(call.Caller, call.Id("device_id"), call.Ct));
    }

    public async Task<Page<Device>> ListAsync(Caller caller, Paging paging, CancellationToken ct)
    {
        var devices = await store.ListAsync(caller.UserId, ct);
        return new Page<Device>([.. devices.Skip(paging.Skip).Take(paging.Limit).Select(device => device.ToDevice(caller.DeviceId))], devices.Count);
    }

    public async Task<Device> AddAsync(Caller caller, DeviceDescription body, CancellationToken ct)
    {
        new Check().Describes(body, prefix: "").Done();
        var (device, changed) = await database.WriteAsync(session => list.AddAsync(session, caller.UserId, body), ct);
        list.Committed(changed);
        return device.ToDevice(caller.DeviceId);
    }

    public async Task<Device> ChangeAsync(Caller caller, Guid deviceId, DeviceChanges body, CancellationToken ct)
    {
        new Check().Describes(new DeviceDescription(body.Name, body.Platform), prefix: "").Done();
        var device = await database.WriteAsync(
            async session =>
            {
                var before = DeviceList.MustBeOwn(await DeviceStore.LockAsync(session, deviceId), caller.UserId);
                var changed = before with { Name = body.Name ?? before.Name, Platform = body.Platform ?? before.Platform };
                await DeviceStore.DescribeAsync(session, changed);
                return changed;
            },
            ct);
        return device.ToDevice(caller.DeviceId);
    }

    public async Task RemoveAsync(Caller caller, Guid deviceId, CancellationToken ct)
    {
        var changed = await database.WriteAsync(
            async session =>
            {
                var device = await DeviceStore.LockAsync(session, deviceId);
                if (device is { RevokedAt: not null } && device.UserId == caller.UserId)
                {
                    throw Errors.DeviceNotFound.Because("This device was removed already.");
                }

                DeviceList.MustBeOwn(device, caller.UserId);
                return await list.RemoveAsync(session, caller.UserId, deviceId);
            },
            ct);
        list.Committed(changed);
    }
}
