using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Conversations;
using Sotto.Server.Storage;

namespace Sotto.Server.Messages;

/// <summary>Small rules that several use cases share.</summary>
internal static class MessageRules
{
    /// <exception cref="RefusedException">MESSAGE_NOT_FOUND.</exception>
    public static async Task<Entry> MustFindAsync(this MessageStore store, Guid id, long now, CancellationToken ct) =>
        await store.FindAsync(id, now, ct) ?? throw Errors.MessageNotFound.Because("There is no such message.");

    /// <summary>A member sees what came since the joining.</summary>
    /// <exception cref="RefusedException">NOT_A_MEMBER; MESSAGE_NOT_FOUND for what is older than the membership.</exception>
    public static void MustSee(this Roster roster, Guid userId, Entry message)
    {
        if (roster.MustHave(userId).JoinedSeq > message.Seq)
        {
            throw Errors.MessageNotFound.Because("There is no such message.");
        }
    }

    /// <summary>An entry that changes this message.</summary>
    public static Entry Change(this Entry message, EntryKind kind, Caller caller, TimeProvider clock)
    {
        var now = clock.NowMs();
        return new Entry
        {
            Id = Ids.New(clock),
            ConversationId = message.ConversationId,
            Kind = kind,
            MessageType = message.MessageType,
            SenderId = caller.UserId,
            SenderDeviceId = caller.DeviceId,
            TargetId = message.Id,
            CreatedAt = now,
            UpdatedAt = now,
            ExpiresAt = message.ExpiresAt,
        };
    }
}
