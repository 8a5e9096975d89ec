using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Sockets;

namespace Sotto.Server.Calls;

/// <summary>
/// A socket has come: what rings for its user rings there too, a call that its device is in goes on, and whatever the device may have missed of its
/// calls while it was away is told again, so that nothing rings on and nobody waits for somebody who is there.
/// </summary>
internal sealed class ArriveInCall(CallStore store, CallSeats seats, Switchboard switchboard)
{
    /// <summary>A device that was away for longer rings no more.</summary>
    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(15);

    private const int MostOver = 20;

    public async Task ArriveAsync(DeviceSocket socket, CancellationToken ct)
    {
        var userId = socket.Caller.UserId;
        var calls = await store.LiveOfAsync(userId, ct);
        var now = await store.NowAsync(ct);
        var isTalking = calls.Any(stored => stored.Call.Find(userId) is { IsJoined: true });
        foreach (var stored in calls)
        {
            seats.Take(CallPushes.PlacesOf(stored));
            if (stored.Call.Find(userId) is { } self)
            {
                await TellAsync(socket, stored.Call, self, isTalking, now);
            }
        }

        foreach (var over in await store.OverSinceAsync(userId, now - Recent, MostOver, ct))
        {
            CallPushes.TellOn(socket, over, over.CallerId == userId ? null : over.Find(userId)?.Reason);
        }
    }

    /// <summary>Whether somebody may open a socket on a call's path.</summary>
    public async ValueTask<CloseCode?> AdmitAsync(Caller caller, Guid callId, CancellationToken ct) =>
        await seats.FindAsync(callId, ct) is not { IsOver: false } places ? CloseCodes.NotFound
        : places.Places.All(place => place.UserId != caller.UserId) ? CloseCodes.PermissionDenied
        : null;

    private async Task TellAsync(DeviceSocket socket, Call call, Party self, bool isTalking, DateTimeOffset now)
    {
        if (self.IsPending)
        {
            if (call.RingsUntil > now)
            {
                CallPushes.RingOn(socket, call, isTalking);
            }
        }
        else if (self.DeviceId == socket.Caller.DeviceId)
        {
            await RenewAsync(call.Id, self.UserId, socket.Caller.DeviceId);
            CallPushes.TellOn(socket, call, null);
            CallPushes.TellJoinedOn(socket, call);
        }
        else if (call.InitiatedAt > now - Recent)
        {
            CallPushes.TellOn(socket, call, self.IsJoined ? EndReason.AnsweredElsewhere : self.Reason);
        }
    }

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
