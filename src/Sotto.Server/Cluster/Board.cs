namespace Sotto.Server.Cluster;

/// <summary>
/// Who is where: each node's users, with the number of their sockets. Every node tells its own part in numbered batches of absolute numbers,
/// now and then a digest, and when asked the whole; so batches may be lost, doubled or late. Pure; the caller locks.
/// </summary>
internal sealed class Board(NodeId self)
{
    private readonly BoardPart _own = new();
    private readonly Dictionary<NodeId, BoardPart> _others = [];

    /// <summary>Notes what has changed on this node.</summary>
    /// <returns>What the other nodes must hear; null when it was nothing.</returns>
    public BoardBatch? Announce(IEnumerable<UserSockets> counts)
    {
        UserSockets[] changes = [.. counts.Where(_own.Set)];
        return changes.Length > 0 ? new BoardBatch(++_own.Number, changes) : null;
    }

    /// <summary>A short form of the own part.</summary>
    public BoardDigest Digest() => new(_own.Number, _own.Count, _own.Hash);

    /// <summary>The own part.</summary>
    public BoardList List() => new(_own.Number, _own.ToArray());

    /// <summary>Another node has come. Until then nothing of it is listened to, since a dead node's messages may still be on the way.</summary>
    public void Meet(NodeId node) => _others.TryAdd(node, new BoardPart());

    /// <summary>Another node has stopped or died, and its users' sockets with it.</summary>
    public void Forget(NodeId node) => _others.Remove(node);

    public void Apply(NodeId from, BoardBatch batch)
    {
        // An older batch could undo a newer one. What was in it, and in those skipped, the next digest brings to light.
        if (!_others.TryGetValue(from, out var part) || batch.Number <= part.Number)
        {
            return;
        }

        part.Number = batch.Number;
        foreach (var change in batch.Changes)
        {
            part.Set(change);
        }
    }

    /// <returns>False when the sender must be asked for the whole.</returns>
    public bool Agrees(NodeId from, BoardDigest digest) =>
        !_others.TryGetValue(from, out var part)
        || part.Number > digest.Number
        || (part.Number == digest.Number && part.Count == digest.Users && part.Hash == digest.Hash);

    public void Replace(NodeId from, BoardList list)
    {
        if (_others.TryGetValue(from, out var part) && list.Number >= part.Number)
        {
            _others[from] = BoardPart.Of(list);
        }
    }

    /// <summary>The nodes on which a user has a socket.</summary>
    public IEnumerable<NodeId> NodesOf(Guid userId)
    {
        if (_own.SocketsOf(userId) > 0)
        {
            yield return self;
        }

        foreach (var (node, part) in _others)
        {
            if (part.SocketsOf(userId) > 0)
            {
                yield return node;
            }
        }
    }

    /// <summary>How many sockets a user has on other nodes.</summary>
    public int SocketsElsewhere(Guid userId)
    {
        var sockets = 0;
        foreach (var part in _others.Values)
        {
            sockets += part.SocketsOf(userId);
        }

        return sockets;
    }
}
