using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Conversations;
using Sotto.Server.Http;
using Sotto.Server.Limits;
using Sotto.Server.Sockets;
using Sotto.Server.Storage;

namespace Sotto.Server.Messages;

/// <summary>
/// Deletes a message for everybody: <c>DELETE /messages/{id}</c> and the command <c>delete_message</c>. A tombstone stays. The author may add a
/// sealed confirmation, by which readers tell the author's deletion from a bare removal. Repeating it changes nothing.
/// </summary>
internal sealed class DeleteMessage(RateLimits limits, Rosters rosters, ConversationLog log, MessageStore store, TimeProvider clock)
{
    public static void Map(Routes routes, CommandMap commands)
    {
        routes.Delete("/messages/{message_id}", "Deletes a message for everybody; a tombstone stays.")
            .Refuses(
                Errors.MessageNotFound, Errors.NotAMember, Errors.PermissionDenied, Errors.DeviceListMismatch, Errors.IdempotencyConflict,
                Errors.RateLimited)
            .TakesOptional<MessageDeletion>()
            .Handle(async (DeleteMessage use, Call call) =>
            {
                var body = call.RawBody.IsEmpty ? new MessageDeletion() : await call.BodyAsync<MessageDeletion>();
                await use.DeleteAsync(call.Caller, call.Id("message_id"), body, origin: null, call.Ct);
            });

        commands.On("delete_message", "Deletes a message, as DELETE /messages/{id} does.")
            .Answers<Ack>("ack")
            .Refuses(
                Errors.MessageNotFound, Errors.NotAMember, Errors.PermissionDenied, Errors.DeviceListMismatch, Errors.IdempotencyConflict,
                Errors.RateLimited)
            .Handle(async (DeleteMessage use, CommandCall call, MessageDeletion body) =>
            {
                new Check().Required(body.MessageId, "message_id").Done();
                var (message, seq) = await use.DeleteAsync(call.Caller, body.MessageId!.Value, body, call.Socket, call.Ct);
                return new Ack(message.Id, message.ConversationId, seq);
            });
    }

    /// <returns>The message as it was, and the deletion's own seq; null when it was deleted already.</returns>
    public async Task<(Entry Message, long? Seq)> DeleteAsync(Caller caller, Guid messageId, MessageDeletion body, DeviceSocket? origin, CancellationToken ct)
    {
        body.Check();                                                             // 422
        var message = await store.MustFindAsync(messageId, clock.NowMs(), ct);    // 404
        var keys = body.RecipientKeys ?? PackedKeys.Empty;
        var isSealed = body.Ciphertext is not null;
        var draft = message.Change(EntryKind.Deletion, caller, clock) with
        {
            ClientMessageId = body.ClientMessageId,
            Body = isSealed ? MessageBody.Sealed(body.Ciphertext, body.CiphertextNonce, body.EncryptionAlgo) : [],
            Keys = isSealed ? keys.Blob.ToArray() : [],
        };
        draft = draft with { RequestHash = MessageBody.Hash(EntryPurpose.Deletion, messageId, message.MessageType, draft.Body, keys) };

        var seq = await rosters.WithCurrentAsync(
            message.ConversationId,
            async roster =>
            {
                roster.MustSee(caller.UserId, message);                           // 403
                MustMayDelete(roster, caller.UserId, message);                    // 403
                if (message.Deleted)
                {
                    return null;
                }

                if (isSealed)
                {
                    Completeness.Check(roster, caller.UserId, caller.DeviceId, keys, message); // 409
                }

                limits.Take(Limit.Messages, caller.UserId);                       // 429
                return await AppendAsync(roster, draft, messageId, origin, ct);
            },
            ct);
        return (message, seq);
    }

    private async Task<long?> AppendAsync(Roster roster, Entry draft, Guid messageId, DeviceSocket? origin, CancellationToken ct)
    {
        try
        {
            var appended = await log.AppendAsync(
                new PendingEntry(draft, roster.Version)
                {
                    Origin = origin,
                    Also = async (session, pending) => pending.Target =
                        await MessageStore.BuryAsync(session, messageId, draft.CreatedAt) ?? throw Errors.MessageDeleted.Because("The message was deleted."),
                },
                ct);
            return (appended.Existing ?? appended.Entry).Seq;
        }
        catch (RefusedException refused) when (refused.Error == Errors.MessageDeleted)
        {
            // Somebody was quicker; the message is as it should be.
            return null;
        }
    }

    private static void MustMayDelete(Roster roster, Guid userId, Entry message)
    {
        if (message.Kind != EntryKind.Message)
        {
            throw Errors.PermissionDenied.Because("System messages are not deleted.");
        }

        if (message.SenderId == userId)
        {
            return;
        }

        if (roster.Type == ConversationType.Direct || !roster.MustHave(userId).MayModerate)
        {
            throw Errors.PermissionDenied.Because("Only its sender, or a moderator or admin of the conversation, deletes a message.");
        }
    }
}
