using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Http;
using Sotto.Server.Storage;

namespace Sotto.Server.Conversations;

/// <summary>Joins with an invite's code: <c>POST /conversations/join</c>. The row decides who had the last use.</summary>
internal sealed class JoinByInvite(RosterChanges changes, InviteStore store, ConversationViews views, TimeProvider clock)
{
    private const int LongestCode = 128;

    public static void Map(Routes routes) =>
        routes.Post("/conversations/join", "Joins the conversation that an invite code is for.")
            .Once().Refuses(Errors.InviteNotFound, Errors.AlreadyMember, Errors.ConversationFull)
            .Handle((JoinByInvite use, Call call, JoinByCode body) => use.JoinAsync(call.Caller, body, call.Ct));

    public async Task<Conversation> JoinAsync(Caller caller, JoinByCode body, CancellationToken ct)
    {
        new Check().Required(body.Code, "code").AtMost(body.Code, "code", LongestCode).Done();           // 422
        var hash = CreateInvite.Hash(body.Code!);
        var id = (await store.FindAsync(hash, clock.NowMs(), ct) ?? throw NotFound()).ConversationId;    // 404
        await changes.DecideAsync(
            id,
            async roster =>
            {
                roster.MustNotHave(caller.UserId);                                                       // 409
                await changes.AddAsync(
                    roster, new SystemAction(SystemMessages.MemberJoined, caller.UserId, [caller.UserId], MemberRole.Member), [caller.UserId],
                    async session =>
                    {
                        if (!await InviteStore.SpendAsync(session, hash, clock.NowMs()))
                        {
                            throw NotFound();                                                            // 404
                        }

                        await Participants.MustExistAsync(session, [caller.UserId], "user_id");
                    },
                    ct);                                                                                 // 409
                return true;
            },
            ct);
        return await views.OneAsync(caller.UserId, id, ct);
    }

    private static RefusedException NotFound() => Errors.InviteNotFound.Because("This invite code is unknown, used up or expired.");
}
