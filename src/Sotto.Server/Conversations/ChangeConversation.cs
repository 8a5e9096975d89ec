using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Http;

namespace Sotto.Server.Conversations;

/// <summary>
/// Changes a conversation: <c>PATCH /conversations/{id}</c>. What all see is for admins and moderators and is told in the timeline;
/// <c>archived</c> and <c>is_muted</c> are each member's own. What isn't named stays.
/// </summary>
internal sealed class ChangeConversation(RosterChanges changes, ConversationStore store, MemberStore members, ConversationViews views)
{
    public static void Map(Routes routes) =>
        routes.Patch("/conversations/{conversation_id}", "Changes a conversation, or the caller's own view of it.")
            .Refuses(Errors.ConversationNotFound, Errors.NotAMember, Errors.PermissionDenied, Errors.UserBlocked)
            .Handle((ChangeConversation use, Call call, ConversationChanges body) =>
                use.ChangeAsync(call.Caller, call.Id("conversation_id"), body, call.Ct));

    public async Task<Conversation> ChangeAsync(Caller caller, Guid id, ConversationChanges body, CancellationToken ct)
    {
        new Check().ConversationTexts(body.Title, body.Description).Ttl(body.MessageTtlSeconds).Done();   // 422
        await changes.DecideAsync(
            id,
            async roster =>
            {
                roster.MustHave(caller.UserId);                                                           // 403
                if (!body.TouchesAll())
                {
                    return false;
                }

                roster.MustModerate(caller.UserId);                                                       // 403
                roster.MustNotBeBlocked();                                                                // 403
                NewConversationRules.MustAllow(roster.Type, body.Visibility);                             // 422
                return await AppendAsync(caller, roster, body, ct);
            },
            ct);                                                                                          // 404
        if (body.Archived is not null || body.IsMuted is not null)
        {
            await members.SetOwnAsync(id, caller.UserId, body.Archived, body.IsMuted, ct);
        }

        return await views.OneAsync(caller.UserId, id, ct);
    }

    /// <returns>Whether anything is other than before.</returns>
    private async Task<bool> AppendAsync(Caller caller, Roster roster, ConversationChanges body, CancellationToken ct)
    {
        if (await store.TextsAsync(roster.ConversationId, ct) is not { } before || body.ChangedIn(before) is not { Count: > 0 } changed)
        {
            return false;
        }

        // Rosters hold visibility and expiry; a new title alone leaves them as they are.
        var movesRoster = changed.Contains(ConversationTexts.VisibilityField) || changed.Contains(ConversationTexts.TtlField);
        await changes.AppendAsync(
            roster,
            new SystemAction(SystemMessages.Updated, caller.UserId, Changed: changed),
            async (session, entry) =>
            {
                await ConversationStore.ChangeAsync(session, roster.ConversationId, body, entry.CreatedAt);
                if (body.Visibility == ConversationVisibility.Private && before.Visibility != ConversationVisibility.Private)
                {
                    await InviteStore.VoidAsync(session, roster.ConversationId);
                }
            },
            ct,
            movesRoster);
        return true;
    }
}
