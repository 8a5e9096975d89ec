using System.Threading.Channels;
using Sotto.Server.Storage;

namespace Sotto.Server.Conversations;

/// <summary>A device's place in a conversation has moved; the values are seqs.</summary>
/// <param name="DeviceBefore">How far this device had acknowledged.</param>
/// <param name="DeliveredBefore">How far any device of the user had acknowledged: what a status of the user has come to. It may be further than this one is now.</param>
/// <param name="ReadBefore">How far the user had read on any device.</param>
internal sealed record CursorMoved(
    Guid ConversationId, Guid UserId, Guid DeviceId, long DeviceBefore, long DeliveredBefore, long Delivered, long ReadBefore, long Read, long At);

/// <summary>
/// How far each device has acknowledged and read. Moves are collected in memory and written together, as the greater value, at most twice a
/// second; the first after a quiet moment is written at once.
/// </summary>
internal sealed class Cursors(CursorStore store, TimeProvider clock, ILogger<Cursors> log) : BackgroundService
{
    private static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly SemaphoreSlim _flushing = new(1);
    private readonly Lock _pendingLock = new();
    private Dictionary<(Guid Conversation, Guid Device), CursorMove> _pending = [];

    /// <summary>Told of moves after they are on disk, in order. Set at start by who shows statuses.</summary>
    public Func<IReadOnlyList<CursorMoved>, CancellationToken, Task> Moved { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Moves a device's cursors forward; smaller values than it has change nothing. Not on disk yet when it returns.</summary>
    public void Move(Guid conversationId, Guid userId, Guid deviceId, long delivered, long read = 0)
    {
        var move = new CursorMove(conversationId, userId, deviceId, Math.Max(delivered, read), read, clock.NowMs());
        bool isFirst;
        lock (_pendingLock)
        {
            isFirst = _pending.Count == 0;
            var key = (conversationId, deviceId);
            _pending[key] = _pending.TryGetValue(key, out var waiting) ? waiting.With(move) : move;
        }

        if (isFirst)
        {
            _wake.Writer.TryWrite(true);
        }
    }

    /// <summary>Writes what is collected; completes when it is on disk. Quick when nothing is.</summary>
    public async Task FlushAsync(CancellationToken ct)
    {
        await _flushing.WaitAsync(ct);
        try
        {
            Dictionary<(Guid, Guid), CursorMove> moves;
            lock (_pendingLock)
            {
                if (_pending.Count == 0)
                {
                    return;
                }

                (moves, _pending) = (_pending, []);
            }

            IReadOnlyList<CursorMoved> moved;
            try
            {
                moved = await store.WriteAsync([.. moves.Values], CancellationToken.None);
            }
            catch
            {
                PutBack(moves);
                throw;
            }

            await Moved(moved, ct);
        }
        finally
        {
            _flushing.Release();
        }
    }

    /// <summary>Flushes only when something of this conversation waits, so that a read sees what was acknowledged before it.</summary>
    public Task FlushAsync(Guid conversationId, CancellationToken ct)
    {
        lock (_pendingLock)
        {
            if (!_pending.Keys.Any(key => key.Conversation == conversationId))
            {
                return Task.CompletedTask;
            }
        }

        return FlushAsync(ct);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await FlushAsync(cancellationToken);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // Of these nothing was promised: the devices get the entries again, and acknowledge again.
            Log.CursorsDropped(log, fault);
        }
    }

    public override void Dispose()
    {
        _flushing.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _wake.Reader.WaitToReadAsync(stoppingToken))
        {
            _wake.Reader.TryRead(out _);
            var wait = Spacing;
            try
            {
                await FlushAsync(stoppingToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                // Nothing is lost: the moves are put back, and written when the database can again.
                Log.CursorsNotWritten(log, fault);
                wait = RetryAfter;
                _wake.Writer.TryWrite(true);
            }

            await Task.Delay(wait, clock, stoppingToken);
        }
    }

    private void PutBack(Dictionary<(Guid, Guid), CursorMove> moves)
    {
        lock (_pendingLock)
        {
            foreach (var (key, move) in moves)
            {
                _pending[key] = _pending.TryGetValue(key, out var newer) ? newer.With(move) : move;
            }
        }
    }
}

/// <summary>A wish to move; the greater value of two wishes counts.</summary>
internal readonly record struct CursorMove(Guid ConversationId, Guid UserId, Guid DeviceId, long Delivered, long Read, long At)
{
    public CursorMove With(CursorMove other) => this with
    {
        Delivered = Math.Max(Delivered, other.Delivered),
        Read = Math.Max(Read, other.Read),
        At = Math.Max(At, other.At),
    };
}
