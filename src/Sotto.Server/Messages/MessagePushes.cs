using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Conversations;
using Sotto.Server.Sockets;
using Sotto.Server.Storage;

namespace Sotto.Server.Messages;

/// <summary>Tells of what is no entry of the log: statuses, and keys that were added. Lost ones do no harm: the truth is in <c>GET /messages/</c>.</summary>
internal sealed class MessagePushes(SocketRegistry sockets, Rosters rosters, MessageStore store, MessageViews views)
{
    /// <summary>The status of one message with one person; told to its sender, unless another device of theirs has come further.</summary>
    public async Task StatusAsync(Entry message, Caller reporter, MessageStatusType status, long at, CancellationToken ct)
    {
        var roster = await rosters.CurrentAsync(message.ConversationId, ct);
        if (roster.Count <= Sizes.ListedStatuses && await views.StatusOfAsync(roster, message, reporter.UserId, ct) == status)
        {
            Tell(roster, message.SenderId, message, reporter.UserId, reporter.DeviceId, status, at);
        }
    }

    /// <summary>Cursors have moved: each sender learns of the newest of their messages that this covers, the reader's other devices of what was read.</summary>
    public async Task MovedAsync(IReadOnlyList<CursorMoved> moves, CancellationToken ct)
    {
        foreach (var move in moves)
        {
            var isRead = move.Read > move.ReadBefore;
            if (!isRead && move.Delivered <= Math.Min(move.DeliveredBefore, move.DeviceBefore))
            {
                continue;
            }

            var roster = rosters.Cached(move.ConversationId) ?? await rosters.CurrentAsync(move.ConversationId, ct);
            if (!roster.Has(move.UserId) || roster.Count > Sizes.ListedStatuses)
            {
                continue;
            }

            if (isRead)
            {
                await TellAsync(roster, move, move.ReadBefore, move.Read, MessageStatusType.Read, ct);
            }

            var known = Math.Max(move.DeliveredBefore, isRead ? move.Read : 0);
            if (move.Delivered > known)
            {
                await TellAsync(roster, move, known, move.Delivered, MessageStatusType.Delivered, ct);
            }

            if (move.DeviceBefore < Math.Min(known, move.Delivered))
            {
                await TellRecoveredAsync(roster, move, move.DeviceBefore, Math.Min(known, move.Delivered), ct);
            }
        }
    }

    /// <summary>A device has got what another one of the user had got before it; where that one could not read it, the user now can.</summary>
    private async Task TellRecoveredAsync(Roster roster, CursorMoved move, long after, long through, CancellationToken ct)
    {
        foreach (var message in await store.FailedElsewhereAsync(move.ConversationId, move.UserId, move.DeviceId, after, through, ct))
        {
            Tell(roster, message.SenderId, message, move.UserId, move.DeviceId, MessageStatusType.Delivered, move.At);
        }
    }

    /// <summary>The devices that keys were added for get the message again, with their key.</summary>
    public async Task KeysAddedAsync(Entry message, PackedKeys added, CancellationToken ct)
    {
        var parts = (await views.PushPartsAsync([message], ct))[0];
        for (var i = 0; i < added.Count; i++)
        {
            foreach (var socket in sockets.SocketsOf(added.UserAt(i)))
            {
                if (socket.Caller.DeviceId == added.DeviceAt(i))
                {
                    var bytes = MessageFrames.Message(isNew: false, message, message.Seq, parts, socket.Caller.DeviceId);
                    socket.TrySend(new OutboundFrame(bytes.Head, bytes.SliceFor(socket.Caller.DeviceId), bytes.Tail));
                }
            }
        }
    }

    private async Task TellAsync(Roster roster, CursorMoved move, long after, long through, MessageStatusType status, CancellationToken ct)
    {
        foreach (var message in await store.NewestBySenderAsync(move.ConversationId, after, through, move.UserId, ct))
        {
            Tell(roster, message.SenderId, message, move.UserId, move.DeviceId, status, move.At);
            if (status == MessageStatusType.Read)
            {
                Tell(roster, move.UserId, message, move.UserId, move.DeviceId, status, move.At);
            }
        }
    }

    /// <summary>Whoever has switched read receipts off neither gives nor sees them; their own devices still learn what was read.</summary>
    private void Tell(Roster roster, Guid toUserId, Entry message, Guid userId, Guid deviceId, MessageStatusType status, long at)
    {
        if (status == MessageStatusType.Read && toUserId != userId && !(GivesReceipts(roster, userId) && GivesReceipts(roster, toUserId)))
        {
            status = MessageStatusType.Delivered;
        }

        var targets = sockets.SocketsOf(toUserId);
        if (targets.Count == 0)
        {
            return;
        }

        var frame = OutboundFrame.Of(
            "message_status_update", new MessageStatusUpdate(message.Id, status, userId, message.ConversationId, message.Seq, deviceId, Times.FromMs(at)));
        foreach (var socket in targets)
        {
            socket.TrySend(frame);
        }
    }

    private static bool GivesReceipts(Roster roster, Guid userId) => roster.Members.TryGetValue(userId, out var member) && member.ReceiptsSince is not null;
}
