using Sotto.Server.Conversations;

namespace Sotto.Server.Delivery;

/// <summary>What a feed does for one socket. The feed calls it under its lock, so it must be quick.</summary>
internal interface IFollower
{
    Guid UserId { get; }

    /// <summary>Puts the entry's events on their way; never waits.</summary>
    void Take(Outgoing outgoing);

    /// <summary>The feed has sent this follower away.</summary>
    void Left(Feed feed);
}

/// <summary>
/// This node's follower of one conversation's log: passes entries on in the order of their seq, without a gap and each once, to the sockets that
/// have caught up with it.
/// </summary>
internal sealed class Feed(Guid conversationId, long head)
{
    private readonly Lock _lock = new();
    private readonly List<(IFollower Follower, long Position, long JoinedSeq)> _followers = [];
    private bool _isClosed;

    public Guid ConversationId => conversationId;

    /// <summary>The last seq that was passed on.</summary>
    public long Head { get; private set; } = head;

    /// <summary>An entry was missed; the next look at the log fills the gap.</summary>
    public bool IsBehind { get; set; }

    /// <summary>Who follows now; for what is not in the log, such as typing.</summary>
    public IFollower[] Followers
    {
        get
        {
            lock (_lock)
            {
                return [.. _followers.Select(entry => entry.Follower)];
            }
        }
    }

    /// <summary>Joins, if the follower has everything up to the head.</summary>
    /// <param name="joinedSeq">Where the member's history begins: changes of what is older are not for them.</param>
    /// <returns>False when there is more to catch up with, or the feed is closed.</returns>
    public bool TryJoin(IFollower follower, long position, long joinedSeq)
    {
        lock (_lock)
        {
            if (_isClosed || position < Head)
            {
                return false;
            }

            // The follower may be ahead of the feed, having read the log itself: what it has is not given again.
            if (!_followers.Exists(entry => entry.Follower == follower))
            {
                _followers.Add((follower, position, joinedSeq));
            }

            return true;
        }
    }

    /// <returns>True when nobody follows any more; the feed is closed then, and whoever comes next opens another.</returns>
    public bool Leave(IFollower follower)
    {
        lock (_lock)
        {
            _followers.RemoveAll(entry => entry.Follower == follower);
            _isClosed |= _followers.Count == 0;
            return _isClosed;
        }
    }

    /// <summary>Sends everybody away and takes nobody any more.</summary>
    public IFollower[] Close()
    {
        lock (_lock)
        {
            IFollower[] all = [.. _followers.Select(entry => entry.Follower)];
            _followers.Clear();
            _isClosed = true;
            return all;
        }
    }

    public bool IsClosed
    {
        get
        {
            lock (_lock)
            {
                return _isClosed;
            }
        }
    }

    /// <summary>Passes the next entry on.</summary>
    /// <returns>False when entries before it are missing.</returns>
    public bool TryPass(Outgoing outgoing)
    {
        var seq = outgoing.Seq;
        lock (_lock)
        {
            if (seq <= Head)
            {
                return true;
            }

            if (seq != Head + 1)
            {
                return false;
            }

            Pass(outgoing);
            return true;
        }
    }

    /// <summary>Passes an entry on that is known to be the next that exists: what lies between has expired.</summary>
    public void PassNext(Outgoing outgoing)
    {
        lock (_lock)
        {
            if (outgoing.Seq > Head)
            {
                Pass(outgoing);
            }
        }
    }

    /// <summary>Moves the head of a feed that nobody follows yet.</summary>
    /// <returns>False when somebody follows and would miss what lies between.</returns>
    public bool TrySkipTo(long seq)
    {
        lock (_lock)
        {
            if (_followers.Count > 0 && Head < seq)
            {
                return false;
            }

            Head = Math.Max(Head, seq);
            return true;
        }
    }

    /// <summary>Nothing exists up to <paramref name="seq"/> beyond what was passed on.</summary>
    public void SkipTo(long seq)
    {
        lock (_lock)
        {
            Head = Math.Max(Head, seq);
        }
    }

    /// <summary>Sends those of a user away: they see nothing later.</summary>
    public IReadOnlyList<IFollower> Remove(Guid userId)
    {
        lock (_lock)
        {
            var removed = _followers.Where(entry => entry.Follower.UserId == userId).Select(entry => entry.Follower).ToArray();
            _followers.RemoveAll(entry => entry.Follower.UserId == userId);
            return removed;
        }
    }

    private void Pass(Outgoing outgoing)
    {
        foreach (var (follower, position, joinedSeq) in _followers)
        {
            if (outgoing.Seq > position && outgoing.IsFor(joinedSeq))
            {
                follower.Take(outgoing);
            }
        }

        Head = outgoing.Seq;
    }
}

/// <summary>An entry on its way to sockets. Shared events are written once, others once for each device.</summary>
internal sealed class Outgoing(Delivered delivered, object? origin)
{
    private IReadOnlyList<Messages.EventBytes>? _shared;

    public long Seq => delivered.Entry.Seq;

    public Entry Entry => delivered.Entry;

    public bool IsFor(long joinedSeq) => delivered.IsFor(joinedSeq);

    /// <summary>The socket the entry came over; it gets an answer instead.</summary>
    public object? Origin => origin;

    public IReadOnlyList<Messages.EventBytes> EventsFor(Guid deviceId) =>
        delivered.IsShared ? _shared ??= EntryEvents.Of(delivered, default) : EntryEvents.Of(delivered, deviceId);
}
