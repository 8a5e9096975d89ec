using Sotto.Contracts;
using Sotto.Server.Accounts;
using Sotto.Server.Callers;
using Sotto.Server.Http;
using Sotto.Server.Sockets;
using Sotto.Server.Storage;

namespace Sotto.Server.Devices;

/// <summary>Whether a device should publish more: GET /devices/{device_id}/keys/status.</summary>
internal sealed class ReadKeysStatus(DeviceStore devices, PrekeyStore prekeys)
{
    public static void Map(Routes routes, CommandMap commands) =>
        routes.Get("/devices/{device_id}/keys/status", "Tells how many one-time prekeys an own device has left, and when its signed prekey expires.")
            .Refuses(Errors.DeviceNotFound, Errors.PermissionDenied, Errors.DeviceRevoked)
            .Handle((ReadKeysStatus use, Call call) => use.ReadAsync(call.Caller, call.Id("device_id"), call.Ct));

    public async Task<KeysStatus> ReadAsync(Caller caller, Guid deviceId, CancellationToken ct)
    {
        var keys = await devices.KeysAsync(deviceId, ct);
        DeviceList.MustBeOwn(keys is null ? null : new DeviceRow { Id = keys.Id, UserId = keys.UserId, RevokedAt = keys.RevokedAt }, caller.UserId);
        return new KeysStatus((int)await prekeys.CountAsync(deviceId, ct), Times.FromMs(keys!.SignedPrekeyExpiresAt));
    }
}
