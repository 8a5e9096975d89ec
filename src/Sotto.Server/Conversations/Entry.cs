using Sotto.Contracts;

namespace Sotto.Server.Conversations;

/// <summary>What an entry of a log is. The numbers are stored.</summary>
internal enum EntryKind
{
    Message = 0,
    System = 1,
    Edit = 2,
    Deletion = 3,
    Reaction = 4,
    ReactionRemoved = 5,
}

/// <summary>One entry of a conversation's log, as it is stored.</summary>
internal sealed record Entry
{
    public Guid Id { get; init; }

    public Guid ConversationId { get; init; }

    /// <summary>The place in the log, from 1 and without gaps; set by the log.</summary>
    public long Seq { get; set; }

    public EntryKind Kind { get; init; }

    public MessageType MessageType { get; init; }

    public Guid SenderId { get; init; }

    public Guid? SenderDeviceId { get; init; }

    public Guid? ClientMessageId { get; init; }

    /// <summary>SHA-256 over what the client sent, cut to 16 bytes: a repeat must have the same.</summary>
    public byte[]? RequestHash { get; init; }

    /// <summary>The message that an edit, deletion or reaction belongs to.</summary>
    public Guid? TargetId { get; init; }

    public long EditCount { get; init; }

    public bool Deleted { get; init; }

    /// <summary>Unix milliseconds, like the two after it.</summary>
    public long CreatedAt { get; init; }

    public long UpdatedAt { get; init; }

    public long? ExpiresAt { get; init; }

    /// <summary>The sealed content as members of a JSON object, without its braces.</summary>
    public byte[] Body { get; init; } = [];

    /// <summary>The wrapped keys; see <see cref="PackedKeys"/>.</summary>
    public byte[] Keys { get; init; } = [];

    public Entry Expiring(long at) => this with { ExpiresAt = at };

    public PackedKeys PackedKeys => Keys.Length == 0 ? PackedKeys.Empty : new PackedKeys(Keys);
}
