using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Http;

namespace Sotto.Server.Conversations;

/// <summary>Joins without being asked: <c>POST /conversations/{id}/join</c>. Anyone a public conversation; agents support conversations, as moderators.</summary>
internal sealed class JoinConversation(RosterChanges changes, ConversationViews views)
{
    public static void Map(Routes routes) =>
        routes.Post("/conversations/{conversation_id}/join", "Joins a public conversation; agents join support conversations as moderators.")
            .Once().Refuses(Errors.ConversationNotFound, Errors.PermissionDenied, Errors.AlreadyMember, Errors.ConversationFull)
            .Handle((JoinConversation use, Call call) => use.JoinAsync(call.Caller, call.Id("conversation_id"), call.Ct));

    public async Task<Conversation> JoinAsync(Caller caller, Guid id, CancellationToken ct)
    {
        await changes.DecideAsync(
            id,
            async roster =>
            {
                roster.MustNotHave(caller.UserId);                                        // 409
                var role = roster.RoleOfJoining(caller.Role);                             // 403
                await changes.AddAsync(
                    roster, new SystemAction(SystemMessages.MemberJoined, caller.UserId, [caller.UserId], role), [caller.UserId],
                    session => Participants.MustExistAsync(session, [caller.UserId], "user_id"), ct); // 409
                return true;
            },
            ct);                                                                          // 404
        return await views.OneAsync(caller.UserId, id, ct);
    }
}
