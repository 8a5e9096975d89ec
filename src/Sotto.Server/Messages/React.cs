using System.Buffers;
using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Conversations;
using Sotto.Server.Http;
using Sotto.Server.Limits;
using Sotto.Server.Sockets;
using Sotto.Server.Storage;

namespace Sotto.Server.Messages;

/// <summary>
/// Sets the caller's one reaction to a message, or takes it back: <c>PUT</c> and <c>DELETE /messages/{id}/reactions</c>, and the command
/// <c>react</c> (without <c>ciphertext</c> it takes back).
/// </summary>
internal sealed class React(RateLimits limits, Rosters rosters, ConversationLog log, MessageStore store, TimeProvider clock)
{
    public static void Map(Routes routes, CommandMap commands)
    {
        routes.Put("/messages/{message_id}/reactions", "Sets the caller's reaction to a message.")
            .Gives<Reaction>()
            .Refuses(
                Errors.MessageNotFound, Errors.NotAMember, Errors.UserBlocked, Errors.MessageDeleted, Errors.DeviceListMismatch, Errors.IdempotencyConflict,
                Errors.RateLimited)
            .Handle(async (React use, Call call, NewReaction body) =>
            {
                var appended = await use.SetAsync(call.Caller, call.Id("message_id"), body, origin: null, call.Ct);
                var output = new ArrayBufferWriter<byte>(512);
                MessageJson.WriteReaction(new JsonText(output), appended, Viewer.User(call.Caller.UserId));
                return new RawAnswer(output.WrittenMemory);
            });

        routes.Delete("/messages/{message_id}/reactions", "Takes the caller's reaction back.")
            .Refuses(Errors.MessageNotFound, Errors.NotAMember, Errors.ReactionNotFound, Errors.RateLimited)
            .Handle(async (React use, Call call) => { await use.RemoveAsync(call.Caller, call.Id("message_id"), origin: null, call.Ct); });

        commands.On("react", "Sets the caller's reaction to a message; without ciphertext, takes it back.")
            .Answers<Ack>("ack")
            .Refuses(
                Errors.MessageNotFound, Errors.NotAMember, Errors.UserBlocked, Errors.MessageDeleted, Errors.ReactionNotFound, Errors.DeviceListMismatch,
                Errors.IdempotencyConflict, Errors.RateLimited)
            .Handle(async (React use, CommandCall call, NewReaction body) =>
            {
                new Check().Required(body.MessageId, "message_id").Done();
                var entry = body.Ciphertext is null
                    ? await use.RemoveAsync(call.Caller, body.MessageId!.Value, call.Socket, call.Ct)
                    : await use.SetAsync(call.Caller, body.MessageId!.Value, body, call.Socket, call.Ct);
                return new Ack(body.MessageId, entry.ConversationId, entry.Seq);
            });
    }

    public async Task<Entry> SetAsync(Caller caller, Guid messageId, NewReaction body, DeviceSocket? origin, CancellationToken ct)
    {
        body.Check();                                                             // 422
        var message = await store.MustFindAsync(messageId, clock.NowMs(), ct);    // 404
        var keys = body.RecipientKeys ?? PackedKeys.Empty;
        var content = MessageBody.Sealed(body.Ciphertext, body.CiphertextNonce, body.EncryptionAlgo);
        var draft = message.Change(EntryKind.Reaction, caller, clock) with
        {
            ClientMessageId = body.ClientMessageId,
            RequestHash = MessageBody.Hash(EntryPurpose.Reaction, messageId, message.MessageType, content, keys),
            Body = content,
            Keys = keys.Blob.ToArray(),
        };

        var appended = await AppendAsync(
            caller, message, draft, origin,
            roster =>
            {
                roster.MustNotBeBlocked();                                        // 403
                Completeness.Check(roster, caller.UserId, caller.DeviceId, keys, message); // 409, or 422 for a plain device
            },
            (session, pending) => MessageStore.ReplaceReactionAsync(session, messageId, caller.UserId, except: pending.Entry.Id), ct);
        return appended.Existing ?? appended.Entry;
    }

    public async Task<Entry> RemoveAsync(Caller caller, Guid messageId, DeviceSocket? origin, CancellationToken ct)
    {
        var message = await store.MustFindAsync(messageId, clock.NowMs(), ct);    // 404
        var draft = message.Change(EntryKind.ReactionRemoved, caller, clock);
        var appended = await AppendAsync(
            caller, message, draft, origin, _ => { },
            async (session, pending) =>
            {
                if (await MessageStore.ReplaceReactionAsync(session, messageId, caller.UserId, except: pending.Entry.Id) == 0)
                {
                    throw Errors.ReactionNotFound.Because("You have no reaction on this message."); // 404
                }
            },
            ct);
        return appended.Entry;
    }

    private Task<PendingEntry> AppendAsync(
        Caller caller, Entry message, Entry draft, DeviceSocket? origin, Action<Roster> check, Func<Session, PendingEntry, Task> also, CancellationToken ct) =>
        rosters.WithCurrentAsync(
            message.ConversationId,
            roster =>
            {
                roster.MustSee(caller.UserId, message);                           // 403
                check(roster);
                if (message.Deleted || message.Kind != EntryKind.Message)
                {
                    throw Errors.MessageDeleted.Because("There is nothing left to react to."); // 409
                }

                limits.Take(Limit.Messages, caller.UserId);                       // 429
                return log.AppendAsync(new PendingEntry(draft, roster.Version) { Origin = origin, Also = also }, ct);
            },
            ct);
}
