using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Conversations;
using Sotto.Server.Http;

namespace Sotto.Server.Calls;

/// <summary>
/// Ends a call: <c>POST /calls/{call_id}/end</c>. Of two people either ends it; of more, the caller or an admin of the conversation. For anybody else
/// it is a leave, and the answer is the same.
/// </summary>
internal sealed class EndCall(CallStore store, Switchboard switchboard, Rosters rosters)
{
    public static void Map(Routes routes) =>
        routes.Post("/calls/{call_id}/end", "Ends a call for all, or leaves it.")
            .Refuses(Errors.CallNotFound, Errors.PermissionDenied, Errors.CallEnded, Errors.NotInCall, Errors.AnsweredElsewhere)
            .Handle((EndCall use, Http.Call call) => use.EndAsync(call.Caller, call.Id("call_id"), call.Ct));

    private async Task<Notice> EndAsync(Caller caller, Guid callId, CancellationToken ct)
    {
        var call = await GetCall.MustFindAsync(store, callId, caller.UserId, ct);         // 404, 403
        await switchboard.PutAsync(callId, await IsAdminAsync(call, caller.UserId, ct) ? CallMove.EndAsAdmin : CallMove.End, caller.UserId, caller.DeviceId); // 409
        return new Notice("Call ended");
    }

    private async Task<bool> IsAdminAsync(Call call, Guid userId, CancellationToken ct)
    {
        if (call.IsPair || call.IsFinal)
        {
            return false;
        }

        try
        {
            return (await rosters.CurrentAsync(call.ConversationId, ct)).Members.TryGetValue(userId, out var member) && member.Role == MemberRole.Admin;
        }
        catch (RefusedException refused) when (refused.Error == Errors.ConversationNotFound)
        {
            return false;
        }
    }
}
