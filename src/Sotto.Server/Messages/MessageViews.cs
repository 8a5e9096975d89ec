using System.Buffers;
using Sotto.Contracts;
using Sotto.Server.Conversations;

namespace Sotto.Server.Messages;

/// <summary>Gathers what belongs to messages and writes them for a viewer.</summary>
internal sealed class MessageViews(MessageStore store, CursorStore cursors, Rosters rosters, Cursors waiting)
{
    /// <summary>The messages as a JSON array's elements, for somebody who asks over REST.</summary>
    public async Task WriteListAsync(ArrayBufferWriter<byte> output, Roster roster, IReadOnlyList<Entry> messages, Viewer viewer, CancellationToken ct)
    {
        var parts = await PartsAsync(roster, messages, viewer.UserId, ct);
        for (var i = 0; i < messages.Count; i++)
        {
            output.Write(i > 0 ? ","u8 : default);
            MessageJson.Write(output, messages[i], parts[i], viewer);
        }
    }

    /// <summary>One message as JSON.</summary>
    public async Task<ReadOnlyMemory<byte>> WriteAsync(Entry message, Viewer viewer, CancellationToken ct)
    {
        var output = new ArrayBufferWriter<byte>(512 + message.Body.Length + message.Keys.Length);
        var roster = await rosters.CurrentAsync(message.ConversationId, ct);
        await WriteListAsync(output, roster, [message], viewer, ct);
        return output.WrittenMemory;
    }

    /// <summary>A message that has just been stored: everybody is at sent, but for those who can't read it.</summary>
    public static ReadOnlyMemory<byte> WriteNew(Entry message, Roster roster, IReadOnlyList<Guid> unaddressed, Viewer viewer)
    {
        var output = new ArrayBufferWriter<byte>(768 + message.Body.Length + message.Keys.Length);
        var failures = unaddressed.Select(user => new FailureRow { MessageId = message.Id, UserId = user, FailedAt = message.CreatedAt }).ToArray();
        var parts = new MessageParts([], null, new StatusView(roster, [], viewer.UserId), failures);
        MessageJson.Write(output, message, parts, viewer);
        return output.WrittenMemory;
    }

    /// <summary>Reactions and deletions of messages, without statuses; in the order of the messages.</summary>
    public async Task<IReadOnlyList<MessageParts>> PushPartsAsync(IReadOnlyList<Entry> messages, CancellationToken ct)
    {
        // A message that nothing has happened to has no parts, and most are such; the look-up is one for the whole page.
        var parts = messages.Count == 0 ? [] : await store.PartsAsync(messages.Select(message => message.Id), ct);
        var byTarget = parts.ToLookup(part => part.TargetId);
        return [.. messages.Select(message => Parts(byTarget, message, null, []))];
    }

    /// <summary>How far a message has come with one person, over all their devices.</summary>
    public async Task<MessageStatusType> StatusOfAsync(Roster roster, Entry message, Guid userId, CancellationToken ct)
    {
        await waiting.FlushAsync(roster.ConversationId, ct);
        var failures = await store.FailuresAsync([message.Id], ct);
        var statuses = new StatusView(roster, await cursors.OfConversationAsync(roster.ConversationId, ct), message.SenderId);
        return statuses.Of(message, failures).FirstOrDefault(person => person.UserId == userId).Status;
    }

    private async Task<IReadOnlyList<MessageParts>> PartsAsync(Roster roster, IReadOnlyList<Entry> messages, Guid viewerId, CancellationToken ct)
    {
        if (messages.Count == 0)
        {
            return [];
        }

        await waiting.FlushAsync(roster.ConversationId, ct);
        var ids = messages.Select(message => message.Id).ToArray();
        var parts = (await store.PartsAsync(ids, ct)).ToLookup(part => part.TargetId);
        var failures = await store.FailuresAsync(ids, ct);
        var statuses = new StatusView(roster, await cursors.OfConversationAsync(roster.ConversationId, ct), viewerId);
        return [.. messages.Select(message => Parts(parts, message, statuses, failures))];
    }

    private static MessageParts Parts(ILookup<Guid?, Entry> parts, Entry message, StatusView? statuses, IReadOnlyCollection<FailureRow> failures)
    {
        var own = parts[message.Id].ToArray();
        return new MessageParts(
            [.. own.Where(part => part.Kind == EntryKind.Reaction)], own.FirstOrDefault(part => part.Kind == EntryKind.Deletion), statuses, failures);
    }
}
