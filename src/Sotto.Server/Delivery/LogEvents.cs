using Sotto.Server.Conversations;
using Sotto.Server.Messages;

namespace Sotto.Server.Delivery;

/// <summary>Reads stretches of logs with what their events need.</summary>
internal sealed class LogEvents(LogReadStore store, MessageViews views)
{
    /// <summary>How many entries are read at once.</summary>
    public const int PageSize = 200;

    /// <summary>Entries after a seq, in order, at most a page.</summary>
    public async Task<IReadOnlyList<Delivered>> AfterAsync(Guid conversationId, long after, long through, int limit, CancellationToken ct) =>
        await WithPartsAsync(await store.AfterAsync(conversationId, after, through, limit, ct), ct);

    /// <summary>An entry that was just committed: what it needs is at hand, or of a kind that is rare.</summary>
    public async ValueTask<Delivered> CommittedAsync(PendingEntry committed, CancellationToken ct) => committed.Entry.Kind switch
    {
        EntryKind.Message or EntryKind.Deletion or EntryKind.Reaction or EntryKind.ReactionRemoved => new Delivered(committed.Entry, null, MessageParts.None, null),
        _ => (await WithPartsAsync([committed.Entry], ct))[0],
    };

    private async Task<IReadOnlyList<Delivered>> WithPartsAsync(IReadOnlyList<Entry> entries, CancellationToken ct)
    {
        var edited = entries.Where(entry => entry.Kind == EntryKind.Edit).Select(entry => entry.TargetId!.Value).Distinct().ToArray();
        var targets = edited.Length == 0 ? [] : (await store.ByIdsAsync(edited, ct)).ToDictionary(target => target.Id);
        var messages = entries.Where(entry => entry.Kind == EntryKind.Message).Concat(targets.Values).DistinctBy(message => message.Id).ToArray();
        var parts = await views.PushPartsAsync(messages, ct);
        var byId = messages.Zip(parts).ToDictionary(pair => pair.First.Id, pair => pair.Second);

        var delivered = new List<Delivered>(entries.Count);
        foreach (var entry in entries)
        {
            var target = entry.TargetId is { } id ? targets.GetValueOrDefault(id) : null;
            var facts = entry.Kind == EntryKind.System && SystemMessages.Read(entry).Action == SystemMessages.Updated
                ? await store.FactsAsync(entry.ConversationId, ct)
                : null;
            delivered.Add(new Delivered(entry, target, byId.GetValueOrDefault((target ?? entry).Id) ?? MessageParts.None, facts));
        }

        return delivered;
    }
}
