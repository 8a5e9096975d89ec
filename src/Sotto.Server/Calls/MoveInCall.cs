using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Http;

namespace Sotto.Server.Calls;

/// <summary>
/// The moves that need nothing but the call itself: <c>POST /calls/{call_id}/ringing</c>, <c>/decline</c>, <c>/leave</c> and <c>/heartbeat</c>.
/// </summary>
internal sealed class MoveInCall(Switchboard switchboard)
{
    public static void Map(Routes routes)
    {
        routes.Post("/calls/{call_id}/ringing", "Confirms that this device rings.")
            .Refuses(Errors.CallNotFound, Errors.PermissionDenied, Errors.CallEnded)
            .Handle((MoveInCall use, Http.Call call) => use.MoveAsync(call, CallMove.Ring));

        routes.Post("/calls/{call_id}/decline", "Declines a call, on all of the caller's devices.")
            .TakesOptional<CallRefusal>()
            .Refuses(Errors.CallNotFound, Errors.PermissionDenied, Errors.CallEnded, Errors.AnsweredElsewhere)
            .Handle(async (MoveInCall use, Http.Call call) => await use.MoveAsync(call, await IsBusyAsync(call) ? CallMove.DeclineBusy : CallMove.Decline));

        routes.Post("/calls/{call_id}/leave", "Leaves a call; others may go on with it.")
            .Refuses(Errors.CallNotFound, Errors.PermissionDenied, Errors.CallEnded, Errors.NotInCall, Errors.AnsweredElsewhere)
            .Handle((MoveInCall use, Http.Call call) => use.MoveAsync(call, CallMove.Leave));

        routes.Post("/calls/{call_id}/heartbeat", "Keeps this device in the call, for clients without a socket.")
            .Refuses(Errors.CallNotFound, Errors.PermissionDenied, Errors.CallEnded, Errors.NotInCall)
            .Handle((MoveInCall use, Http.Call call) => use.MoveAsync(call, CallMove.Renew));
    }

    private static async Task<bool> IsBusyAsync(Http.Call call) => !call.RawBody.IsEmpty && (await call.BodyAsync<CallRefusal>()).Reason == DeclineReason.Busy;

    private async Task MoveAsync(Http.Call call, CallMove move) => await switchboard.PutAsync(call.Id("call_id"), move, call.Caller.UserId, call.Caller.DeviceId);
}
