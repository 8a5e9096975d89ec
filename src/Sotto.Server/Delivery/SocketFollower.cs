using Sotto.Server.Conversations;
using Sotto.Server.Messages;
using Sotto.Server.Sockets;

namespace Sotto.Server.Delivery;

/// <summary>A socket as a follower of logs: what it gets, and what getting it means.</summary>
internal sealed class SocketFollower(DeviceSocket socket, Cursors cursors, CatchUp catchUp) : IFollower
{
    private readonly Lock _feedsLock = new();
    private readonly List<Feed> _feeds = [];
    private HashSet<Guid>? _joining;
    private Dictionary<Guid, long>? _held;
    private volatile bool _isCaughtUp;

    public DeviceSocket Socket => socket;

    public Guid UserId => socket.Caller.UserId;

    public Guid DeviceId => socket.Caller.DeviceId;

    /// <summary>
    /// A device that has neither published keys nor ever acknowledged: it counts as reached when the frame was written to its socket.
    /// </summary>
    public bool IsPlain { get; set; }

    /// <summary>It has got everything up to where it went live.</summary>
    public bool IsCaughtUp
    {
        get => _isCaughtUp;
        set => _isCaughtUp = value;
    }

    /// <summary>No other socket of the device is catching up any more: what was written here counts.</summary>
    public void Release()
    {
        Dictionary<Guid, long>? held;
        lock (_feedsLock)
        {
            (held, _held) = (_held, null);
        }

        foreach (var (conversationId, seq) in held ?? [])
        {
            cursors.Move(conversationId, UserId, DeviceId, seq);
        }
    }

    public void Take(Outgoing outgoing)
    {
        if (ReferenceEquals(outgoing.Origin, socket))
        {
            Reached(outgoing.Entry);
            return;
        }

        var events = outgoing.EventsFor(DeviceId);
        for (var i = 0; i < events.Count; i++)
        {
            Send(events[i], i == events.Count - 1 ? outgoing.Entry : null);
        }
    }

    /// <summary>For catching up: waits for room in the outbox instead of overrunning it.</summary>
    public async Task SendAsync(Delivered delivered, CancellationToken ct)
    {
        await socket.WaitForRoomAsync(ct);
        Take(new Outgoing(delivered, origin: null));
    }

    /// <summary>Begins to follow a conversation, unless that is being done or done.</summary>
    public bool TryBegin(Guid conversationId)
    {
        lock (_feedsLock)
        {
            return !_feeds.Exists(feed => feed.ConversationId == conversationId) && (_joining ??= []).Add(conversationId);
        }
    }

    /// <summary>The end of what <see cref="TryBegin"/> began: joined, or not (<paramref name="feed"/> is null).</summary>
    public void Ended(Guid conversationId, Feed? feed)
    {
        lock (_feedsLock)
        {
            _joining?.Remove(conversationId);
            _joining = _joining is { Count: > 0 } ? _joining : null;
            if (feed is not null)
            {
                _feeds.Add(feed);
            }
        }
    }

    public void Left(Feed feed)
    {
        lock (_feedsLock)
        {
            _feeds.Remove(feed);
        }
    }

    /// <summary>The feeds the socket has joined; empty afterwards.</summary>
    public Feed[] TakeFeeds()
    {
        lock (_feedsLock)
        {
            Feed[] feeds = [.. _feeds];
            _feeds.Clear();
            return feeds;
        }
    }

    public Feed[] Feeds
    {
        get
        {
            lock (_feedsLock)
            {
                return [.. _feeds];
            }
        }
    }

    private void Send(EventBytes bytes, Entry? last)
    {
        var written = last is not null && IsPlain ? () => Reached(last) : (Action?)null;
        socket.TrySend(new OutboundFrame(bytes.Head, bytes.SliceFor(DeviceId), bytes.Tail) { Written = written });
    }

    private void Reached(Entry entry)
    {
        if (!IsPlain)
        {
            return;
        }

        if (!catchUp.IsAnotherCatchingUp(this))
        {
            cursors.Move(entry.ConversationId, UserId, DeviceId, entry.Seq);
            return;
        }

        // Moved now, the cursor would let the other one begin behind this entry, and never get it.
        lock (_feedsLock)
        {
            (_held ??= [])[entry.ConversationId] = entry.Seq;
        }
    }
}
