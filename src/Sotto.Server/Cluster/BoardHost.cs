namespace Sotto.Server.Cluster;

/// <summary>Keeps this node's board: tells the others what changes here, hears them, and finds out by digests what was missed.</summary>
internal sealed class BoardHost : BackgroundService
{
    /// <summary>How long changes are gathered: who reloads a page has gone and come back within one batch.</summary>
    public static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(100);

    public static readonly TimeSpan DigestEvery = TimeSpan.FromSeconds(30);

    /// <summary>After a restart of a neighbour everybody comes at once; a message stays of a size that others fit between.</summary>
    private const int MaxBatch = 2000;

    private readonly Nodes _nodes;
    private readonly NodeMessages _messages;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly Lock _boardLock = new();
    private readonly Board _board;
    private readonly Lock _changedLock = new();
    private readonly SemaphoreSlim _hasChanged = new(0, 1);
    private HashSet<Guid> _changed = [];

    public BoardHost(Nodes nodes, NodeMessages messages, TimeProvider clock, ILogger<BoardHost> log)
    {
        (_nodes, _messages, _clock, _log) = (nodes, messages, clock, log);
        _board = new Board(nodes.Self);
        nodes.Joined.Add(Meet);
        nodes.Left.Add(Forget);
        messages.On<BoardBatch>((from, batch) => { lock (_boardLock) { _board.Apply(from, batch); } });
        messages.On<BoardList>((from, list) => { lock (_boardLock) { _board.Replace(from, list); } });
        messages.On<BoardDigest>(Compare);
        messages.On<BoardQuestion>((from, _) => messages.Send(from, List()));
    }

    /// <summary>How many sockets a user has on this node. Sockets fills it at start.</summary>
    public Func<Guid, int> SocketsHere { get; set; } = static _ => 0;

    /// <summary>The number of a user's sockets on this node is another than before.</summary>
    public void Changed(Guid userId)
    {
        lock (_changedLock)
        {
            if (_changed.Add(userId) && _changed.Count == 1)
            {
                _hasChanged.Release();
            }
        }
    }

    /// <summary>The nodes on which any of these users has a socket, as far as this node knows: up to a batch behind.</summary>
    public IReadOnlyCollection<NodeId> NodesOf(IEnumerable<Guid> users)
    {
        lock (_boardLock)
        {
            return users.SelectMany(_board.NodesOf).ToHashSet();
        }
    }

    /// <summary>How many sockets a user has on other nodes, as far as this node knows.</summary>
    public int SocketsElsewhere(Guid userId)
    {
        if (_nodes.Others.IsEmpty)
        {
            return 0;
        }

        lock (_boardLock)
        {
            return _board.SocketsElsewhere(userId);
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _hasChanged.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(TellChangesAsync(stoppingToken), TellDigestsAsync(stoppingToken));

    private async Task TellChangesAsync(CancellationToken ct)
    {
        while (true)
        {
            await _hasChanged.WaitAsync(ct);
            await Task.Delay(Gather, _clock, ct);
            HashSet<Guid> changed;
            lock (_changedLock)
            {
                (changed, _changed) = (_changed, []);
            }

            // The numbers are read now, not when they changed: whatever order the changes were told in, the last one counts.
            foreach (var users in changed.Chunk(MaxBatch))
            {
                Guarded(() => TellOthers(Announce(users)));
            }
        }
    }

    private async Task TellDigestsAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(DigestEvery, _clock);
        while (await timer.WaitForNextTickAsync(ct))
        {
            Guarded(() => TellOthers(Digest()));
        }
    }

    private void TellOthers(NodeMessage? message)
    {
        if (message is null)
        {
            return;
        }

        foreach (var node in _nodes.Others)
        {
            _messages.Send(node, message);
        }
    }

    private void Meet(NodeId node)
    {
        Metrics.Others.Add(1);
        lock (_boardLock)
        {
            _board.Meet(node);
        }

        _messages.Send(node, new BoardQuestion());
    }

    private void Forget(NodeId node)
    {
        Metrics.Others.Add(-1);
        lock (_boardLock)
        {
            _board.Forget(node);
        }
    }

    private void Compare(NodeId from, BoardDigest digest)
    {
        lock (_boardLock)
        {
            if (_board.Agrees(from, digest))
            {
                return;
            }
        }

        Metrics.Repairs.Add(1);
        _messages.Send(from, new BoardQuestion());
    }

    private BoardBatch? Announce(Guid[] users)
    {
        lock (_boardLock)
        {
            return _board.Announce(users.Select(user => new UserSockets(user, SocketsHere(user))));
        }
    }

    private BoardDigest Digest()
    {
        lock (_boardLock)
        {
            return _board.Digest();
        }
    }

    private BoardList List()
    {
        lock (_boardLock)
        {
            return _board.List();
        }
    }

    private void Guarded(Action tell)
    {
        try
        {
            tell();
        }
        catch (Exception fault)
        {
            Log.BoardFailed(_log, fault);
        }
    }
}
