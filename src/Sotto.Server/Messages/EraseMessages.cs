using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Conversations;
using Sotto.Server.Storage;

namespace Sotto.Server.Messages;

/// <summary>A user who is being erased leaves tombstones: every message is deleted as its author deletes it, so that all who hold it hear of it.</summary>
internal sealed class EraseMessages(MessageStore store, Rosters rosters, ConversationLog log, TimeProvider clock) : IUserErased
{
    private const int AtOnce = 200;

    public async Task EraseUserAsync(Guid userId, CancellationToken ct)
    {
        foreach (var conversationId in await store.ConversationsAsync(userId, ct))
        {
            try
            {
                await EraseAsync(conversationId, userId, ct);
            }
            catch (RefusedException refused) when (refused.Error == Errors.ConversationNotFound)
            {
                // It was deleted meanwhile, with all that was in it.
            }
        }
    }

    private async Task EraseAsync(Guid conversationId, Guid userId, CancellationToken ct)
    {
        long after = -1;
        while (await store.BySenderAsync(conversationId, userId, after, AtOnce, ct) is { Count: > 0 } messages)
        {
            foreach (var message in messages)
            {
                await rosters.WithCurrentAsync(conversationId, roster => BuryAsync(roster, message, ct), ct);
            }

            after = messages[^1].Seq;
        }

        await store.TakeBackReactionsAsync(conversationId, userId, ct);
    }

    private async Task<bool> BuryAsync(Roster roster, Entry message, CancellationToken ct)
    {
        var now = clock.NowMs();
        var draft = new Entry
        {
            Id = Ids.New(clock),
            ConversationId = message.ConversationId,
            Kind = EntryKind.Deletion,
            MessageType = message.MessageType,
            SenderId = message.SenderId,
            TargetId = message.Id,
            CreatedAt = now,
            UpdatedAt = now,
        };
        try
        {
            await log.AppendAsync(
                new PendingEntry(draft, roster.Version)
                {
                    Also = async (session, pending) => pending.Target =
                        await MessageStore.BuryAsync(session, message.Id, now) ?? throw Errors.MessageDeleted.Because("The message was deleted."),
                },
                ct);
            return true;
        }
        catch (RefusedException refused) when (refused.Error == Errors.MessageDeleted)
        {
            // Somebody was quicker; the message is as it should be.
            return false;
        }
    }
}
