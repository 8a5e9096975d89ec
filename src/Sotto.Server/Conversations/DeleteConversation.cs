using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Http;

namespace Sotto.Server.Conversations;

/// <summary>Erases a conversation with all that is in it: <c>DELETE /conversations/{id}</c>. A direct one belongs to both and stays.</summary>
internal sealed class DeleteConversation(RosterChanges changes, ConversationErasure erasure)
{
    public static void Map(Routes routes) =>
        routes.Delete("/conversations/{conversation_id}", "Erases a conversation with all that is in it.")
            .Refuses(Errors.ConversationNotFound, Errors.NotAMember, Errors.PermissionDenied)
            .Handle((DeleteConversation use, Call call) => use.DeleteAsync(call.Caller, call.Id("conversation_id"), call.Ct));

    public async Task DeleteAsync(Caller caller, Guid id, CancellationToken ct)
    {
        await changes.DecideAsync(
            id,
            async roster =>
            {
                roster.MustHave(caller.UserId);                           // 403
                if (roster.Type == ConversationType.Direct)
                {
                    throw Errors.PermissionDenied.Because("A direct conversation belongs to both; archive it instead.");
                }

                roster.MustAdminister(caller.UserId);                     // 403
                await erasure.BeginAsync(roster, ct);
                return true;
            },
            ct);                                                          // 404
        await erasure.FinishAsync(id);
    }
}
