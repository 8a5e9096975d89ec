using Sotto.Contracts;
using Sotto.Server.Accounts;
using Sotto.Server.Callers;
using Sotto.Server.Http;
using Sotto.Server.Storage;

namespace Sotto.Server.Conversations;

/// <summary>
/// Lists conversations: <c>GET /conversations/</c>. The caller's own; or public ones, whether a member or not; or, for agents, support conversations
/// that wait for one.
/// </summary>
internal sealed class ListConversations(ConversationViews views, TimeProvider clock)
{
    public static void Map(Routes routes) =>
        routes.Get("/conversations/", "Lists the caller's conversations, the one with the latest activity first.")
            .Pages()
            .Asks("type", """{"type":"string","enum":["direct","group","channel","support"]}""", "Only conversations of this type.")
            .Asks(
                "visibility", """{"type":"string","enum":["private","public","invite_only"]}""",
                "Only conversations of this visibility; public finds those of others too, by title.")
            .Asks("query", """{"type":"string","maxLength":200}""", "Only conversations with a word in their title that begins so.")
            .Asks("archived", """{"type":"boolean"}""", "Only those that the caller has, or has not, archived.")
            .Asks("unassigned", """{"type":"boolean"}""", "For agents, with type=support: those that no agent has joined, the one waiting longest first.")
            .Refuses(Errors.PermissionDenied)
            .Handle((ListConversations use, Call call) => use.ListAsync(call.Caller, call, call.Ct));

    private Task<Page<Conversation>> ListAsync(Caller caller, Call call, CancellationToken ct)
    {
        var paging = call.Paging();                                                       // 422
        var type = call.QueryWord<ConversationType>("type");
        var visibility = call.QueryWord<ConversationVisibility>("visibility");
        bool? archived = call.QueryText("archived") is null ? null : call.QueryFlag("archived");
        var unassigned = call.QueryFlag("unassigned");
        var title = NewConversationRules.Text(call.QueryText("query"));
        new Check()
            .That(!unassigned || type == ConversationType.Support, "unassigned", "goes with type=support only")
            .Label(title, "query", Sizes.Title)
            .Done();
        if (unassigned && caller.Role != ServerRole.Agent)
        {
            throw Errors.PermissionDenied.Because("Only agents see support conversations of others.");
        }

        var which = unassigned ? ListedConversations.Unassigned
            : visibility == ConversationVisibility.Public ? ListedConversations.Public
            : ListedConversations.Own;
        return views.ListAsync(
            new ConversationQuery(caller.UserId, which, type, visibility, archived, title, paging.Skip, paging.Limit, clock.NowMs()), ct);
    }
}
