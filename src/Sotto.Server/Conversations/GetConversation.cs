using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Http;

namespace Sotto.Server.Conversations;

/// <summary>One conversation as the caller sees it: <c>GET /conversations/{id}</c>.</summary>
internal sealed class GetConversation(Rosters rosters, ConversationViews views)
{
    public static void Map(Routes routes) =>
        routes.Get("/conversations/{conversation_id}", "Gives a conversation as the caller sees it.")
            .Refuses(Errors.ConversationNotFound, Errors.NotAMember)
            .Handle((GetConversation use, Call call) => use.GetAsync(call.Caller, call.Id("conversation_id"), call.Ct));

    public async Task<Conversation> GetAsync(Caller caller, Guid id, CancellationToken ct)
    {
        (await rosters.CurrentAsync(id, ct)).MustHave(caller.UserId);     // 404, 403
        return await views.OneAsync(caller.UserId, id, ct);
    }
}
