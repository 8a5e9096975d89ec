using Sotto.Server.Storage;

namespace Sotto.Server.Conversations;

/// <summary>An entry on its way into the log.</summary>
internal sealed class PendingEntry(Entry entry, long rosterVersion) : BatchItem
{
    public Entry Entry => entry;

    /// <summary>The roster it was decided on; if the roster has moved since, the entry is refused and the use case decides again.</summary>
    public long RosterVersion => rosterVersion;

    /// <summary>The entry changes who is a member, or what a roster knows: the version rises with it.</summary>
    public bool ChangesRoster { get; init; }

    /// <summary>The socket it came over, which gets an answer instead of the event; null for REST.</summary>
    public object? Origin { get; init; }

    /// <summary>What must be written before it, in the same transaction: the rows of a conversation that begins with this entry. May refuse, like <see cref="Also"/>.</summary>
    public Func<Session, Task>? Before { get; init; }

    /// <summary>What must be written with it, in the same transaction; knows the entry's seq. A refusal thrown here refuses the entry alone.</summary>
    public Func<Session, PendingEntry, Task>? Also { get; init; }

    /// <summary>The message an edit, deletion or reaction belongs to, as it is after this entry. Set by <see cref="Also"/>.</summary>
    public Entry? Target { get; set; }

    /// <summary>Set when the same client_message_id was stored before: that entry.</summary>
    public Entry? Existing { get; set; }

    /// <summary>Writes more than itself, so that it goes by itself.</summary>
    public bool IsAlone => ChangesRoster || Also is not null;

    public override int Bytes => entry.Body.Length + entry.Keys.Length + 256;
}

/// <summary>The roster is not the one the entry was decided on, or the conversation is gone.</summary>
internal sealed class RosterMovedException() : Exception("The roster has moved.");

/// <summary>Hook: entries are erased with their conversation. Called inside the transaction that erases them. Implemented by Attachments.</summary>
internal interface IEntriesErased
{
    Task EntriesErasedAsync(Session session, IEnumerable<Guid> ids);
}

/// <summary>Hook: an entry is on disk. Called in commit order; must be quick and must not throw. Implemented by Delivery.</summary>
internal interface IEntryCommitted
{
    void EntryCommitted(PendingEntry committed);
}
