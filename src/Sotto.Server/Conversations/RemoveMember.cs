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

    public Task RemoveAsync(Caller caller, Guid id, Guid userId, CancellationToken ct) =>
        changes.DecideAsync(
            id,
            async roster =>
            {
                roster.MustLetRemove(caller.UserId, userId);              // 403, 404, 409
                if (roster.Count == 1)
                {
                    await erasure.EraseAsync(roster, ct);
                }
                else
                {
                    await changes.RemoveAsync(roster, caller.UserId, userId, ct);
                }

                return true;
            },
            ct);                                                          // 404
}
