using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Http;

namespace Sotto.Server.Conversations;

/// <summary>
/// Adds members: <c>POST /conversations/{id}/members</c>, one with a role or several. Who is a member already stays as they are; when all are, the
/// request is refused.
/// </summary>
internal sealed class AddMembers(RosterChanges changes, Participants participants, MemberStore store)
{
    public static void Map(Routes routes) =>
        routes.Post("/conversations/{conversation_id}/members", "Adds one member, or several.")
            .Created().Once()
            .Refuses(
                Errors.ConversationNotFound, Errors.NotAMember, Errors.PermissionDenied, Errors.MembersFixed, Errors.AlreadyMember, Errors.UserBlocked,
                Errors.ConversationFull)
            .Handle((AddMembers use, Call call, NewMembers body) => use.AddAsync(call.Caller, call.Id("conversation_id"), body, call.Ct));

    public async Task<AddedMembers> AddAsync(Caller caller, Guid id, NewMembers body, CancellationToken ct)
    {
        var userIds = Wanted(body);                                                       // 422
        var role = body.Role ?? MemberRole.Member;
        var added = await changes.DecideAsync(
            id,
            async roster =>
            {
                roster.MustLetAdd(caller.UserId, role);                                   // 403, 409
                var newcomers = userIds.Where(userId => !roster.Has(userId)).ToArray();
                if (newcomers.Length == 0)
                {
                    throw Errors.AlreadyMember.Because(userIds.Length == 1 ? "This user is a member already." : "All of these users are members already.");
                }

                await participants.MustNotBeBlockedAsync(caller.UserId, newcomers, ct);   // 403
                await changes.AddAsync(
                    roster, new SystemAction(SystemMessages.MemberAdded, caller.UserId, newcomers, role), newcomers,
                    session => Participants.MustExistAsync(session, newcomers, body.UserId is null ? "user_ids" : "user_id"), ct); // 409, 422
                return newcomers;
            },
            ct);                                                                          // 404
        return Answer(await store.FindAsync(id, added, ct));
    }

    private static Guid[] Wanted(NewMembers body)
    {
        Guid[] userIds = [.. (body.UserIds ?? []).Concat(body.UserId is { } one ? [one] : []).Distinct()];
        new Check()
            .That(userIds.Length > 0, "user_id", "is required, or user_ids")
            .That(userIds.Length <= Sizes.MembersAtOnce, "user_ids", $"must name at most {Sizes.MembersAtOnce} at once")
            .Done();
        return userIds;
    }

    private static AddedMembers Answer(IReadOnlyList<MemberRow> rows)
    {
        var members = rows.Select(row => row.ToMember()).ToArray();
        return members is [var one]
            ? new AddedMembers(members, 1, one.Id, one.ConversationId, one.UserId, one.Role, one.JoinedAt, one.UnreadCount, one.IsMuted)
            : new AddedMembers(members, members.Length);
    }
}
