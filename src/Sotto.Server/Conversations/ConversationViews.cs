using Sotto.Contracts;
using Sotto.Server.Storage;

namespace Sotto.Server.Conversations;

/// <summary>Conversations as one user sees them, with the user's own membership.</summary>
internal sealed class ConversationViews(ConversationViewStore store, Cursors cursors, TimeProvider clock)
{
    /// <exception cref="RefusedException">CONVERSATION_NOT_FOUND.</exception>
    public async Task<Conversation> OneAsync(Guid userId, Guid conversationId, CancellationToken ct)
    {
        await cursors.FlushAsync(conversationId, ct);
        var rows = await store.ViewAsync(userId, [conversationId], clock.NowMs(), ct);
        return rows is [var row] ? row.ToConversation(userId) : throw Errors.ConversationNotFound.Because("There is no such conversation.");
    }

    public async Task<Page<Conversation>> ListAsync(ConversationQuery query, CancellationToken ct)
    {
        await cursors.FlushAsync(ct);
        var (ids, count) = await store.ListAsync(query, ct);
        var rows = ids.Count == 0 ? [] : (await store.ViewAsync(query.UserId, ids, query.Now, ct)).ToDictionary(row => row.Id);
        return new Page<Conversation>([.. ids.Where(rows.ContainsKey).Select(id => rows[id].ToConversation(query.UserId))], count, query.Skip + ids.Count < count);
    }
}
