using System.Text.Json.Nodes;
using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Conversations;
using Sotto.Server.Http;

namespace Sotto.Server.Calls;

/// <summary>Answers a call, or comes back to it: <c>POST /calls/{call_id}/join</c>. Of a user's devices the first one wins.</summary>
internal sealed class JoinCall(CallStore store, Switchboard switchboard, Rosters rosters, IceServers ice)
{
    public static void Map(Routes routes) =>
        routes.Post("/calls/{call_id}/join", "Answers a call on this device, or comes back to it.")
            .Refuses(
                Errors.CallNotFound, Errors.PermissionDenied, Errors.NotAMember, Errors.CallEnded, Errors.CallFull, Errors.AnsweredElsewhere, Errors.UserAlreadyInCall,
                Errors.ConversationNotFound)
            .Handle((JoinCall use, Http.Call call) => use.JoinAsync(call.Caller, call.Id("call_id"), call.Ct));

    public async Task<CallEntered> JoinAsync(Caller caller, Guid callId, CancellationToken ct)
    {
        var known = await GetCall.MustFindAsync(store, callId, caller.UserId, ct);        // 404, 403
        if (!known.IsFinal)
        {
            (await rosters.CurrentAsync(known.ConversationId, ct)).MustHave(caller.UserId); // 403 for who was removed
        }

        var call = await EnterAsync(caller, callId, ct);                                  // 409, 400
        return call.ToEntered(ice.For(callId, caller.UserId).IceServers);
    }

    /// <summary>Joins, also when the seat the caller holds elsewhere is of a call that is over and that nobody has looked at since.</summary>
    /// <exception cref="RefusedException">USER_ALREADY_IN_CALL, which names the other call; and what <see cref="Switchboard.PutAsync"/> refuses with.</exception>
    public async Task<Call> EnterAsync(Caller caller, Guid callId, CancellationToken ct)
    {
        try
        {
            return await switchboard.PutAsync(callId, CallMove.Join, caller.UserId, caller.DeviceId);
        }
        catch (RefusedException refused) when (refused.Error == Errors.UserAlreadyInCall)
        {
            var other = await store.FindSeatAsync(caller.UserId, ct);
            if (other is { } seat && !await switchboard.LookAsync(seat))
            {
                throw Errors.UserAlreadyInCall.With(refused.Message, new JsonObject { ["call_id"] = seat });
            }
        }

        // The other call was over, and nobody had noticed yet.
        return await switchboard.PutAsync(callId, CallMove.Join, caller.UserId, caller.DeviceId);
    }
}
