using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Http;

namespace Sotto.Server.Conversations;

/// <summary>The members with their roles: <c>GET /conversations/{id}/members</c>. What is a member's own is filled for the caller only.</summary>
internal sealed class ListMembers(Rosters rosters, MemberStore store, ConversationViews views)
{
    public static void Map(Routes routes) =>
        routes.Get("/conversations/{conversation_id}/members", "Lists the members, the longest-standing first.")
            .Pages().Refuses(Errors.ConversationNotFound, Errors.NotAMember)
            .Handle((ListMembers use, Call call) => use.ListAsync(call.Caller, call.Id("conversation_id"), call.Paging(), call.Ct));

    public async Task<Page<ConversationMember>> ListAsync(Caller caller, Guid id, Paging paging, CancellationToken ct)
    {
        var roster = await rosters.CurrentAsync(id, ct);                  // 404
        roster.MustHave(caller.UserId);                                   // 403
        var rows = await store.ListAsync(id, paging.Skip, paging.Limit, ct);
        var own = rows.Any(row => row.UserId == caller.UserId) ? (await views.OneAsync(caller.UserId, id, ct)).Membership : null;
        return new Page<ConversationMember>(
            [.. rows.Select(row => row.UserId == caller.UserId && own is not null ? own : row.ToMember())], roster.Count, paging.Skip + rows.Count < roster.Count);
    }
}
