using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Conversations;
using Sotto.Server.Http;
using Sotto.Server.Limits;
using Sotto.Server.Sockets;
using Sotto.Server.Storage;

namespace Sotto.Server.Messages;

/// <summary>Gives an own message new content: <c>PATCH /messages/{id}</c> and the command <c>edit_message</c>.</summary>
internal sealed class EditMessage(RateLimits limits, Rosters rosters, ConversationLog log, MessageStore store, MessageViews views, TimeProvider clock)
{
    public static void Map(Routes routes, CommandMap commands)
    {
        routes.Patch("/messages/{message_id}", "Gives an own message new content.")
            .Gives<Message>()
            .Refuses(
                Errors.MessageNotFound, Errors.NotAMember, Errors.PermissionDenied, Errors.MessageDeleted, Errors.UserBlocked, Errors.DeviceListMismatch,
                Errors.IdempotencyConflict, Errors.RateLimited)
            .Handle(async (EditMessage use, Call call, MessageEdit body) =>
            {
                var (message, _) = await use.EditAsync(call.Caller, call.Id("message_id"), body, origin: null, call.Ct);
                return new RawAnswer(await use.ViewAsync(message, call.Caller, call.Ct));
            });

        commands.On("edit_message", "Gives an own message new content, as PATCH /messages/{id} does.")
            .Answers<Ack>("ack")
            .Refuses(
                Errors.MessageNotFound, Errors.NotAMember, Errors.PermissionDenied, Errors.MessageDeleted, Errors.UserBlocked, Errors.DeviceListMismatch,
                Errors.IdempotencyConflict, Errors.RateLimited)
            .Handle(async (EditMessage use, CommandCall call, MessageEdit body) =>
            {
                new Check().Required(body.MessageId, "message_id").Done();
                var (message, seq) = await use.EditAsync(call.Caller, body.MessageId!.Value, body, call.Socket, call.Ct);
                return new Ack(message.Id, message.ConversationId, seq);
            });
    }

    /// <returns>The message as it is after the edit, and the edit's own seq.</returns>
    public async Task<(Entry Message, long Seq)> EditAsync(Caller caller, Guid messageId, MessageEdit body, DeviceSocket? origin, CancellationToken ct)
    {
        body.Check();                                                             // 422
        var message = await store.MustFindAsync(messageId, clock.NowMs(), ct);    // 404
        var keys = body.RecipientKeys ?? PackedKeys.Empty;
        using var before = MessageBody.Read(message.Body);
        var content = MessageBody.Of(body, before.RootElement);
        var draft = message.Change(EntryKind.Edit, caller, clock) with
        {
            ClientMessageId = body.ClientMessageId,
            RequestHash = MessageBody.Hash(
                EntryPurpose.Edit, messageId, message.MessageType, MessageBody.Sealed(body.Ciphertext, body.CiphertextNonce, body.EncryptionAlgo), keys),
        };

        var appended = await rosters.WithCurrentAsync(
            message.ConversationId,
            async roster =>
            {
                roster.MustSee(caller.UserId, message);                           // 403
                if (message.SenderId != caller.UserId || message.Kind != EntryKind.Message)
                {
                    throw Errors.PermissionDenied.Because("Only its sender edits a message.");
                }

                roster.MustLetSend(caller.UserId);                                // 403
                Completeness.Check(roster, caller.UserId, caller.DeviceId, keys, message); // 409, or 422 for a plain device
                limits.Take(Limit.Messages, caller.UserId);                       // 429
                return await log.AppendAsync(
                    new PendingEntry(draft, roster.Version)
                    {
                        Origin = origin,
                        Also = async (session, pending) => pending.Target =
                            await MessageStore.ReplaceContentAsync(session, messageId, content, keys, draft.CreatedAt)
                            ?? throw Errors.MessageDeleted.Because("The message was deleted."), // 409
                    },
                    ct);
            },
            ct);
        return (appended.Target ?? await store.MustFindAsync(messageId, clock.NowMs(), ct), (appended.Existing ?? appended.Entry).Seq);
    }

    private Task<ReadOnlyMemory<byte>> ViewAsync(Entry message, Caller caller, CancellationToken ct) =>
        views.WriteAsync(message, Viewer.User(caller.UserId), ct);
}
