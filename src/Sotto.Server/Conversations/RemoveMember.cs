using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Http;

namespace Sotto.Server.Conversations;

/// <summary>
/// Removes a member: <c>DELETE /conversations/{id}/members/{user_id}</c>; oneself is leaving. The last admin hands over, and what the last member
/// leaves is erased.
/// </summary>
internal sealed class RemoveMember(RosterChanges changes, ConversationErasure erasure)
{
    public static void Map(Routes routes) =>
        routes.Delete("/conversations/{conversation_id}/members/{user_id}", "Removes a member; oneself is leaving.")
            .Refuses(Errors.ConversationNotFound, Errors.NotAMember, Errors.PermissionDenied, Errors.MembersFixed, Errors.UserNotFound)
            .Handle(async (RemoveMember use, Call call) =>
            {
                await use.RemoveAsync(call.Caller, call.Id("conversation_id"), call.Id("user_id"), call.Ct);
                return new Notice("Member removed");
            });

    public async Task RemoveAsync(Caller caller, Guid id, Guid userId, CancellationToken ct)
    {
        var wasLast = await changes.DecideAsync(
            id,
            async roster =>
            {
                roster.MustLetRemove(caller.UserId, userId);              // 403, 404, 409
                await (roster.Count == 1 ? erasure.BeginAsync(roster, ct) : changes.RemoveAsync(roster, caller.UserId, userId, ct));
                return roster.Count == 1;
            },
            ct);                                                          // 404
        if (wasLast)
        {
            await erasure.FinishAsync(id);
        }
    }
}
