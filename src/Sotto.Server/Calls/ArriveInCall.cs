using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Sockets;

namespace Sotto.Server.Calls;

/// <summary>A socket has come: what still rings for its user rings there too, and a call that its device is in goes on, also after a restart of the server.</summary>
internal sealed class ArriveInCall(CallStore store, CallSeats seats, Switchboard switchboard)
{
    public async Task ArriveAsync(DeviceSocket socket, CancellationToken ct)
    {
        var (userId, deviceId) = (socket.Caller.UserId, socket.Caller.DeviceId);
        var calls = await store.LiveOfAsync(userId, ct);
        var isTalking = calls.Any(stored => stored.Call.Find(userId) is { IsJoined: true });
        foreach (var stored in calls)
        {
            seats.Take(CallPushes.PlacesOf(stored));
            if (stored.Call.Find(userId) is { IsPending: true } && stored.Call.RingsUntil > await store.NowAsync(ct))
            {
                CallPushes.RingOn(socket, stored.Call, isTalking);
            }
            else if (stored.Call.Find(userId)?.DeviceId == deviceId)
            {
                await RenewAsync(stored.Call.Id, userId, deviceId);
            }
        }
    }

    /// <summary>Whether somebody may open a socket on a call's path.</summary>
    public async ValueTask<CloseCode?> AdmitAsync(Caller caller, Guid callId, CancellationToken ct) =>
        await seats.FindAsync(callId, ct) is not { IsOver: false } places ? CloseCodes.NotFound
        : places.Places.All(place => place.UserId != caller.UserId) ? CloseCodes.PermissionDenied
        : null;

    private async Task RenewAsync(Guid callId, Guid userId, Guid deviceId)
    {
        try
        {
            await switchboard.PutAsync(callId, CallMove.Renew, userId, deviceId);
        }
        catch (RefusedException)
        {
            // It ended just now, and the device has been told or will ask.
        }
    }
}
