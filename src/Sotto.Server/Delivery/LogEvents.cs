using System.Collections.ObjectModel;
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
    public async ValueTask<Delivered> CommittedAsync(PendingEntry committed, CancellationToken ct) => committed.Entry.Kind == EntryKind.Message
        ? new Delivered(committed.Entry, null, MessageParts.None, null, committed.Entry.Seq)
        : (await WithPartsAsync([committed.Entry], ct))[0];

    private async Task<IReadOnlyList<Delivered>> WithPartsAsync(IReadOnlyList<Entry> entries, CancellationToken ct)
    {
        var wanted = entries.Where(entry => entry.Kind == EntryKind.Edit).Select(entry => entry.TargetId!.Value).Distinct().ToArray();
        var targets = wanted.Length == 0 ? [] : (await store.ByIdsAsync(wanted, ct)).ToDictionary(target => target.Id);
        var messages = entries.Where(entry => entry.Kind == EntryKind.Message).Concat(targets.Values).DistinctBy(message => message.Id).ToArray();
        var parts = await views.PushPartsAsync(messages, ct);
        var byId = messages.Zip(parts).ToDictionary(pair => pair.First.Id, pair => pair.Second);

        var changed = entries.Where(entry => entry.TargetId is not null).Select(entry => entry.TargetId!.Value).Distinct().ToArray();
        var seqs = changed.Length == 0 ? null : await store.SeqsAsync(changed, ct);
        var edited = messages.Where(message => message.EditCount > 0 || message.Deleted).Select(message => message.Id).ToArray();
        var changes = edited.Length == 0 ? ReadOnlyDictionary<Guid, long>.Empty : await store.LastChangesAsync(edited, ct);
        var delivered = new List<Delivered>(entries.Count);
        foreach (var entry in entries)
        {
            var target = entry.TargetId is { } id ? targets.GetValueOrDefault(id) : null;
            var facts = entry.Kind == EntryKind.System && SystemMessages.Read(entry).Action == SystemMessages.Updated
                ? await store.FactsAsync(entry.ConversationId, ct)
                : null;
            var message = target ?? entry;
            var about = entry.TargetId is { } targetId ? seqs?.GetValueOrDefault(targetId) ?? 0 : entry.Seq;
            delivered.Add(new Delivered(entry, target, byId.GetValueOrDefault(message.Id) ?? MessageParts.None, facts, about)
            {
                ChangedSeq = changes.GetValueOrDefault(message.Id),
            });
        }

        return delivered;
    }
}
