using System.Collections.Concurrent;
using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Conversations;
using Sotto.Server.Sockets;

namespace Sotto.Server.Delivery;

/// <summary>
/// Brings a socket from its device's cursors to the ends of its conversations' logs, then lets it follow them. First come first: what was not
/// acknowledged is delivered in order before anything newer of the same conversation.
/// </summary>
internal sealed class CatchUp(
    Feeds feeds, LogEvents events, CursorStore store, Cursors cursors, DeviceFlagStore flags, SocketRegistry sockets, ConversationPushes pushes)
{
    private readonly ConcurrentDictionary<DeviceSocket, SocketFollower> _followers = new();

    public SocketFollower? Of(DeviceSocket socket) => _followers.GetValueOrDefault(socket);

    /// <summary>Runs while the socket lives, after its authentication.</summary>
    public async Task RunAsync(DeviceSocket socket, CancellationToken ct)
    {
        var follower = new SocketFollower(socket, cursors, this);
        // Known first, so that whoever makes this user a member from now on finds the socket.
        _followers[socket] = follower;
        follower.IsPlain = await flags.IsPlainAsync(socket.Caller.DeviceId, ct);
        await cursors.FlushAsync(ct);
        var followed = await store.FollowedAsync(socket.Caller.UserId, socket.Caller.DeviceId, ct);
        await FollowAsync(follower, followed, ct);
        follower.IsCaughtUp = true;
        ReleaseHeld(socket.Caller);
        socket.TrySend(OutboundFrame.Of(EntryEvents.Simple("sync_complete", new SyncComplete(followed.Count(row => row.LeftSeq is null))).Head));
    }

    public void Forget(DeviceSocket socket)
    {
        if (_followers.TryRemove(socket, out var follower))
        {
            foreach (var feed in follower.TakeFeeds())
            {
                feeds.Leave(feed, follower);
            }

            ReleaseHeld(socket.Caller);
        }
    }

    /// <summary>Whether a socket of the same device, other than this one, has not yet got what came before it went live.</summary>
    public bool IsAnotherCatchingUp(SocketFollower follower)
    {
        foreach (var socket in sockets.SocketsOf(follower.UserId))
        {
            if (socket != follower.Socket && socket.Caller.DeviceId == follower.DeviceId && Of(socket) is not { IsCaughtUp: true })
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The device has acknowledged: from now on writing to its socket doesn't count as reaching it.</summary>
    public async Task NowAcknowledgesAsync(Caller caller, CancellationToken ct)
    {
        var mine = FollowersOf(caller.UserId).Where(follower => follower.DeviceId == caller.DeviceId).ToArray();
        if (mine.Length == 0 ? !await flags.IsPlainAsync(caller.DeviceId, ct) : !mine.Any(follower => follower.IsPlain))
        {
            return;
        }

        foreach (var follower in mine)
        {
            follower.IsPlain = false;
        }

        await flags.AcknowledgesAsync(caller.DeviceId, ct);
    }

    /// <summary>
    /// The user has become a member by this entry: their sockets here follow the conversation from it on. Nobody waits for a slow socket here: an
    /// outbox that is full closes it, and it comes back.
    /// </summary>
    public async Task FollowNewAsync(Guid userId, Entry joining, CancellationToken ct)
    {
        var followers = FollowersOf(userId);
        if (followers.Length == 0)
        {
            return;
        }

        await pushes.CreatedAsync(userId, joining.ConversationId, ct);
        var row = new FollowedRow
        {
            ConversationId = joining.ConversationId,
            JoinedSeq = joining.Seq,
            LastSeq = joining.Seq - 1,
            DeliveredSeq = joining.Seq - 1,
        };
        foreach (var follower in followers)
        {
            await FollowAsync(follower, [row], ct);
        }
    }

    /// <summary>These devices have published keys: from now on writing to their sockets doesn't count as reaching them.</summary>
    public void NowHaveKeys(Guid userId, IReadOnlyCollection<Guid> deviceIds)
    {
        foreach (var follower in FollowersOf(userId).Where(follower => deviceIds.Contains(follower.DeviceId)))
        {
            follower.IsPlain = false;
        }
    }

    private void ReleaseHeld(Caller caller)
    {
        foreach (var follower in FollowersOf(caller.UserId))
        {
            if (follower.DeviceId == caller.DeviceId && !IsAnotherCatchingUp(follower))
            {
                follower.Release();
            }
        }
    }

    private SocketFollower[] FollowersOf(Guid userId) => [.. sockets.SocketsOf(userId).Select(Of).OfType<SocketFollower>()];

    private async Task FollowAsync(SocketFollower follower, IReadOnlyList<FollowedRow> rows, CancellationToken ct)
    {
        foreach (var left in rows.Where(row => row.LeftSeq is not null))
        {
            await ReadAsync(follower, left, left.DeliveredSeq, left.LeftSeq!.Value, ct);
        }

        var current = rows.Where(row => row.LeftSeq is null).ToArray();
        var opened = await feeds.OpenAsync([.. current.Select(row => (row.ConversationId, row.LastSeq))], ct);
        for (var i = 0; i < current.Length; i++)
        {
            await JoinAsync(follower, opened[i], current[i], ct);
        }
    }

    private async Task JoinAsync(SocketFollower follower, Feed feed, FollowedRow row, CancellationToken ct)
    {
        if (!follower.TryBegin(row.ConversationId))
        {
            return;
        }

        Feed? joined = null;
        try
        {
            var position = await ReadAsync(follower, row, row.DeliveredSeq, row.LastSeq, ct);
            while (position is { } at && !feed.TryJoin(follower, at, row.JoinedSeq))
            {
                if (feed.IsClosed)
                {
                    feed = (await feeds.OpenAsync([(row.ConversationId, at)], ct))[0];
                }

                position = await ReadAsync(follower, row, at, Math.Max(feed.Head, at), ct);
            }

            joined = position is null ? null : feed;
        }
        finally
        {
            follower.Ended(row.ConversationId, joined);
        }

        if (joined is null || Of(follower.Socket) is null)
        {
            // Removed while catching up, or the socket went: an empty feed must not stay behind.
            feeds.Leave(feed, follower);
        }
    }

    /// <returns>The seq up to which everything that exists was sent; null when the user was removed on the way, and sees nothing later.</returns>
    private async Task<long?> ReadAsync(SocketFollower follower, FollowedRow row, long after, long through, CancellationToken ct)
    {
        while (after < through)
        {
            var page = await events.AfterAsync(row.ConversationId, after, through, LogEvents.PageSize, ct);
            foreach (var delivered in page)
            {
                if (delivered.For(row) is { } visible)
                {
                    await follower.SendAsync(visible, ct);
                }

                after = delivered.Entry.Seq;
                if (delivered.Entry.Kind == EntryKind.System && Removes(SystemMessages.Read(delivered.Entry), follower.UserId))
                {
                    return null;
                }
            }

            if (page.Count < LogEvents.PageSize)
            {
                return through;
            }
        }

        return after;
    }

    private static bool Removes(SystemAction action, Guid userId) =>
        action.Action is SystemMessages.MemberRemoved or SystemMessages.MemberLeft && (action.UserIds ?? [action.By]).Contains(userId);
}
