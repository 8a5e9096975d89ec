using System.Text.Json;
using Sotto.Contracts;
using Sotto.Server.Conversations;
using Sotto.Server.Messages;
using Sotto.Server.Storage;

namespace Sotto.Server.Delivery;

/// <summary>An entry with what its events need beside it.</summary>
/// <param name="Target">The message an edit belongs to, as it is now; null when it is gone.</param>
/// <param name="Facts">The conversation as it is now, where the entry says that it changed.</param>
/// <param name="AboutSeq">What it is about: itself, or the message that it changes. 0 where that is gone.</param>
internal sealed record Delivered(Entry Entry, Entry? Target, MessageParts Parts, ConversationFacts? Facts, long AboutSeq)
{
    /// <summary>The last change of the message itself; 0 where there was none.</summary>
    public long ChangedSeq { get; init; }

    /// <summary>Whether a member sees it whose history begins there: nothing tells of what came before, however it changes.</summary>
    public bool IsFor(long joinedSeq) => AboutSeq >= joinedSeq;

    /// <summary>
    /// The same for somebody whose history ends there: without reactions that came later; null where the content itself is of later, as what it was
    /// is no longer known.
    /// </summary>
    public Delivered? Until(long leftSeq) =>
        ChangedSeq > leftSeq ? null
        : Parts.Reactions.Any(reaction => reaction.Seq > leftSeq) ? this with { Parts = Parts with { Reactions = [.. Parts.Reactions.Where(reaction => reaction.Seq <= leftSeq)] } }
        : this;

    /// <summary>What a member, or somebody who was one, gets of it; null: nothing.</summary>
    public Delivered? For(FollowedRow row) => !IsFor(row.JoinedSeq) ? null : row.LeftSeq is { } left ? Until(left) : this;

    /// <summary>Whether the events are the same bytes for all devices but for the wrapped keys of the message itself.</summary>
    public bool IsShared => Parts is { Reactions.Count: 0, Deletion: null } && Entry.Kind is EntryKind.Message or EntryKind.System or EntryKind.ReactionRemoved;
}

/// <summary>Turns an entry of a log into the events a device gets for it.</summary>
internal static class EntryEvents
{
    /// <summary>In the order they are sent; empty when the entry has nothing to show any more.</summary>
    /// <param name="deviceId">Whom they are for; empty for events that are shared.</param>
    public static IReadOnlyList<EventBytes> Of(Delivered delivered, Guid deviceId)
    {
        var entry = delivered.Entry;
        return entry.Kind switch
        {
            EntryKind.Message => [MessageFrames.Message(isNew: true, entry, entry.Seq, delivered.Parts, deviceId)],
            EntryKind.System => System(delivered, deviceId),
            EntryKind.Edit when delivered.Target is { } target => [MessageFrames.Message(isNew: false, target, entry.Seq, delivered.Parts, deviceId)],
            EntryKind.Deletion => [MessageFrames.Deleted(entry, deviceId)],
            EntryKind.Reaction when entry.Deleted => [],
            EntryKind.Reaction or EntryKind.ReactionRemoved => [MessageFrames.Reaction(entry, deviceId)],
            _ => [],
        };
    }

    /// <summary>A change of members is in the timeline as a system message, and told as an event of its own.</summary>
    private static List<EventBytes> System(Delivered delivered, Guid deviceId)
    {
        var entry = delivered.Entry;
        var events = new List<EventBytes> { MessageFrames.Message(isNew: true, entry, entry.Seq, delivered.Parts, deviceId) };
        var action = SystemMessages.Read(entry);
        switch (action.Action)
        {
            case SystemMessages.MemberAdded or SystemMessages.MemberJoined:
                events.Add(Simple("member_added", new MemberAdded(
                    entry.ConversationId, entry.Seq, action.UserIds ?? [action.By], action.Role ?? MemberRole.Member, action.By)));
                break;
            case SystemMessages.MemberRemoved or SystemMessages.MemberLeft:
                foreach (var userId in action.UserIds ?? [action.By])
                {
                    events.Add(Simple("member_removed", new MemberRemoved(entry.ConversationId, entry.Seq, userId, action.By)));
                }

                break;
            case SystemMessages.RoleChanged:
                events.Add(Simple("member_updated", new MemberUpdated(
                    entry.ConversationId, entry.Seq, (action.UserIds ?? [action.By])[0], action.Role ?? MemberRole.Member, action.By)));
                break;
            case SystemMessages.Updated when delivered.Facts is { } facts:
                events.Add(Simple("conversation_updated", new ConversationUpdated(
                    entry.ConversationId, entry.Seq, facts.Title, facts.Description, EnumText.Parse<ConversationVisibility>(facts.Visibility),
                    facts.MessageTtlSeconds, facts.RosterVersion)));
                break;
            default:
                break;
        }

        return events;
    }

    public static EventBytes Simple<T>(string type, T data) =>
        new(JsonSerializer.SerializeToUtf8Bytes(new Event<T>(type, data), Wire.Json.GetTypeInfo(typeof(Event<T>))), null, default);
}
