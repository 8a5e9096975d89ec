using Sotto.Contracts;
using Sotto.Server.Attachments;
using Sotto.Server.Callers;
using Sotto.Server.Conversations;
using Sotto.Server.Http;
using Sotto.Server.Limits;
using Sotto.Server.Sockets;
using Sotto.Server.Storage;

namespace Sotto.Server.Messages;

/// <summary>Sends a message: <c>POST /messages/</c> and the command <c>send_message</c>.</summary>
internal sealed class SendMessage(RateLimits limits, Rosters rosters, ConversationLog log, MessageStore store, TimeProvider clock)
{
    public static void Map(Routes routes, CommandMap commands)
    {
        routes.Post("/messages/", "Sends a message.")
            .Gives<Message>(201).Once()
            .Refuses(
                Errors.ConversationNotFound, Errors.NotAMember, Errors.PermissionDenied, Errors.UserBlocked, Errors.DeviceListMismatch,
                Errors.SystemTypeReserved, Errors.IdempotencyConflict, Errors.RateLimited)
            .Handle(async (SendMessage use, Call call, NewMessage body) => new RawAnswer(await use.SendAsync(call.Caller, body, origin: null, call.Ct)));

        commands.On("send_message", "Sends a message, as POST /messages/ does.")
            .Answers<MessageAck>("message_ack")
            .Refuses(
                Errors.ConversationNotFound, Errors.NotAMember, Errors.PermissionDenied, Errors.UserBlocked, Errors.DeviceListMismatch,
                Errors.SystemTypeReserved, Errors.IdempotencyConflict, Errors.RateLimited)
            .Handle(async (SendMessage use, CommandCall call, NewMessage body) =>
                MessageFrames.Ack(await use.SendAsync(call.Caller, body, call.Socket, call.Ct)));
    }

    /// <param name="origin">The socket it came over: it gets the answer instead of the event.</param>
    /// <returns>The message as JSON, as its sender sees it.</returns>
    public async Task<ReadOnlyMemory<byte>> SendAsync(Caller caller, NewMessage body, DeviceSocket? origin, CancellationToken ct)
    {
        body.Check();                                                              // 422, every failing field at once
        var keys = body.RecipientKeys ?? PackedKeys.Empty;
        var draft = Draft(caller, body, keys);
        var counted = false;
        try
        {
            limits.Take(Limit.Messages, caller.UserId);                            // 429
            counted = true;
            return await rosters.WithCurrentAsync(                                 // 404; again if the roster moved
                draft.ConversationId,
                async roster =>
                {
                    roster.MustLetSend(caller.UserId);                             // 403
                    Completeness.Check(roster, caller.UserId, caller.DeviceId, keys); // 409, or 422 for a plain device
                    await MustSeeReplyAsync(roster, caller.UserId, body, ct);      // 422
                    return await AppendAsync(roster, caller, draft, keys, body.Attachments ?? [], origin, ct); // 422 for files that aren't there
                },
                ct);
        }
        catch (RefusedException)
        {
            if (counted)
            {
                limits.GiveBack(Limit.Messages, caller.UserId);
            }

            // What succeeded once is a success again, whatever stands in its way now.
            if (draft.ClientMessageId is null || await log.FindRepeatAsync(draft, ct) is not { } repeat)
            {
                throw;
            }

            return MessageViews.WriteNew(repeat, await rosters.CurrentAsync(repeat.ConversationId, ct), [], Viewer.User(caller.UserId));
        }
    }

    private async Task<ReadOnlyMemory<byte>> AppendAsync(
        Roster roster, Caller caller, Entry draft, PackedKeys keys, IReadOnlyList<MessageAttachment> named, DeviceSocket? origin, CancellationToken ct)
    {
        var unaddressed = Completeness.Unaddressed(roster, caller.UserId, caller.DeviceId, keys);
        var entry = roster.TtlSeconds is { } ttl ? draft.Expiring(draft.CreatedAt + (ttl * 1000)) : draft;
        var appended = await log.AppendAsync(
            new PendingEntry(entry, roster.Version)
            {
                Origin = origin,
                Also = unaddressed.Count == 0 && named.Count == 0
                    ? null
                    : async (session, pending) =>
                    {
                        await Claims.ClaimAsync(session, pending.Entry.Id, caller.UserId, named);
                        await MessageStore.AddFailuresAsync(session, pending.Entry.Id, unaddressed, draft.CreatedAt);
                    },
            },
            ct);
        return MessageViews.WriteNew(appended.Existing ?? appended.Entry, roster, unaddressed, Viewer.User(caller.UserId));
    }

    private Entry Draft(Caller caller, NewMessage body, PackedKeys keys)
    {
        var now = clock.NowMs();
        var conversation = body.ConversationId!.Value;
        return new Entry
        {
            Id = Ids.New(clock),
            ConversationId = conversation,
            Kind = EntryKind.Message,
            MessageType = body.MessageType!.Value,
            SenderId = caller.UserId,
            SenderDeviceId = caller.DeviceId,
            ClientMessageId = body.ClientMessageId,
            RequestHash = body.ClientMessageId is null
                ? null
                : MessageBody.Hash(EntryPurpose.Message, conversation, body.MessageType.Value, MessageBody.Of(body, () => Guid.Empty), keys),
            CreatedAt = now,
            UpdatedAt = now,
            Body = MessageBody.Of(body, () => Ids.New(clock)),
            Keys = keys.Blob.ToArray(),
        };
    }

    /// <summary>Neither a message of elsewhere nor one from before the joining, which would tell of what its sender may not see.</summary>
    private async Task MustSeeReplyAsync(Roster roster, Guid userId, NewMessage body, CancellationToken ct)
    {
        if (body.ReplyToId is not { } reply)
        {
            return;
        }

        var message = await store.FindAsync(reply, clock.NowMs(), ct);
        if (message?.ConversationId != body.ConversationId || message!.Seq < roster.MustHave(userId).JoinedSeq)
        {
            throw Errors.ValidationError.Because("The message replied to is not in this conversation.", ("reply_to_id", "is no message of this conversation"));
        }
    }
}
