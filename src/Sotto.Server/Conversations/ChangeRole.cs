using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Http;

namespace Sotto.Server.Conversations;

/// <summary>Changes a member's role: <c>PATCH /conversations/{id}/members/{user_id}</c>. The only admin can't give up the role.</summary>
internal sealed class ChangeRole(RosterChanges changes, MemberStore store)
{
    public static void Map(Routes routes) =>
        routes.Patch("/conversations/{conversation_id}/members/{user_id}", "Changes a member's role.")
            .Refuses(Errors.ConversationNotFound, Errors.NotAMember, Errors.PermissionDenied, Errors.MembersFixed, Errors.UserNotFound, Errors.LastAdmin)
            .Handle((ChangeRole use, Call call, RoleChange body) =>
                use.ChangeAsync(call.Caller, call.Id("conversation_id"), call.Id("user_id"), body, call.Ct));

    public async Task<ConversationMember> ChangeAsync(Caller caller, Guid id, Guid userId, RoleChange body, CancellationToken ct)
    {
        new Check().Required(body.Role, "role").Done();                   // 422
        var role = body.Role!.Value;
        await changes.DecideAsync(
            id,
            async roster =>
            {
                roster.MustLetChangeRole(caller.UserId, userId, role);    // 403, 404, 409
                if (roster.Members[userId].Role == role)
                {
                    return false;
                }

                await changes.AppendAsync(
                    roster, new SystemAction(SystemMessages.RoleChanged, caller.UserId, [userId], role),
                    async (session, _) =>
                    {
                        await MemberStore.SetRoleAsync(session, id, userId, role);
                        if (role == MemberRole.Member)
                        {
                            await InviteStore.VoidOfAsync(session, id, userId);
                        }
                    },
                    ct);
                return true;
            },
            ct);                                                          // 404
        var rows = await store.FindAsync(id, [userId], ct);
        return rows is [var row] ? row.ToMember() : throw Errors.UserNotFound.Because("This user is no member of the conversation.");
    }
}
