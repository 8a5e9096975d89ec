using System.Collections.Concurrent;
using Sotto.Server.Storage;

namespace Sotto.Server.Attachments;

/// <summary>
/// One writer an upload. A client whose connection broke comes back before the server has noticed, so the later request ends the earlier one, whose
/// bytes stay as far as they came.
/// </summary>
internal sealed class UploadTurns(TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<Guid, Turn> _turns = new();

    /// <exception cref="Contracts.RefusedException">UNAVAILABLE: the earlier request doesn't come to its end.</exception>
    public async Task<Turn> TakeAsync(Guid id, CancellationToken ct)
    {
        var mine = new Turn(this, id);
        while (!_turns.TryAdd(id, mine))
        {
            if (_turns.TryGetValue(id, out var other))
            {
                other.Interrupt();
                try
                {
                    await other.Done.WaitAsync(Patience, clock, ct);
                }
                catch (TimeoutException)
                {
                    throw Dialect.Unavailable();
                }
            }
        }

        return mine;
    }

    /// <summary>The right to write, until it is disposed.</summary>
    internal sealed class Turn(UploadTurns turns, Guid id) : IDisposable
    {
        private readonly CancellationTokenSource _source = new();
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Lock _lock = new();
        private bool _isOver;

        /// <summary>Cancelled when a later request wants to go on.</summary>
        public CancellationToken Interrupted => _source.Token;

        public Task Done => _done.Task;

        public void Interrupt()
        {
            lock (_lock)
            {
                if (!_isOver)
                {
                    _source.Cancel();
                }
            }
        }

        public void Dispose()
        {
            lock (_lock)
            {
                _isOver = true;
                _source.Dispose();
            }

            turns._turns.TryRemove(id, out _);
            _done.SetResult();
        }
    }
}
