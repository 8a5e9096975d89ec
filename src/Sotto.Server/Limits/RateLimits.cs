using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Sotto.Contracts;
using Sotto.Server.Callers;

namespace Sotto.Server.Limits;

/// <summary>What became of an attempt: taken, or how long to wait.</summary>
internal readonly record struct Taken(bool Ok, int Left, TimeSpan Wait);

/// <summary>Counts every limit of this node. Keys that come to rest are forgotten, and the number of keys is bounded.</summary>
internal sealed class RateLimits(IOptions<RateLimitOptions> options, TimeProvider clock)
{
    // Beyond this many keys of one limit, newcomers share one tally: memory stays bounded and nobody slips through.
    private const int MaxKeys = 250_000;

    private readonly long _start = clock.GetTimestamp();

    private readonly Dictionary<Limit, Table> _tables = Limit.All
        .Where(limit => limit.Window > TimeSpan.Zero)
        .ToDictionary(limit => limit, limit => new Table(limit, limit.Size(options.Value)));

    /// <summary>Takes one.</summary>
    /// <exception cref="RefusedException">RATE_LIMITED, with the time to wait.</exception>
    public void Take(Limit limit, LimitKey key)
    {
        var taken = TryTake(limit, key);
        if (!taken.Ok)
        {
            throw Errors.RateLimited.Because(
                "Too many requests of this kind; wait a moment.", ("limit", limit.Name)).After(taken.Wait);
        }
    }

    /// <summary>Takes one, without an exception: for whoever must answer floods cheaply.</summary>
    public Taken TryTake(Limit limit, LimitKey key)
    {
        var table = _tables[limit];
        if (table.Size == 0)
        {
            return new Taken(true, int.MaxValue, TimeSpan.Zero);
        }

        var now = clock.GetElapsedTime(_start).Ticks;
        var (taken, reset) = table.Take(key, now);
        LimitNotes.Add(new LimitNote(limit.Name, table.Size, limit.Window, taken.Left, taken.Ok ? reset : taken.Wait));
        return taken;
    }

    /// <summary>Undoes a take that turned out not to count, such as the login that succeeded.</summary>
    public void GiveBack(Limit limit, LimitKey key) => _tables[limit].GiveBack(key);

    /// <summary>How many keys are remembered, over all limits.</summary>
    public int Remembered => _tables.Values.Sum(table => table.Count);

    private sealed class Table(Limit limit, int size)
    {
        private static readonly LimitKey Newcomers = "";

        private readonly ConcurrentDictionary<LimitKey, Slot> _slots = [];
        private long _sweepAt;
        private int _count;

        public int Size => size;

        public int Count => Volatile.Read(ref _count);

        public (Taken Taken, TimeSpan Reset) Take(LimitKey key, long now)
        {
            SweepWhenDue(now);
            while (true)
            {
                var slot = SlotOf(key);
                lock (slot)
                {
                    if (slot.IsForgotten)
                    {
                        continue;
                    }

                    var ok = slot.Tally.TryTake(now, out var wait);
                    return (new Taken(ok, slot.Tally.Left(now), wait), slot.Tally.Reset(now));
                }
            }
        }

        public void GiveBack(LimitKey key)
        {
            if (_slots.TryGetValue(key, out var slot) || _slots.TryGetValue(Newcomers, out slot))
            {
                lock (slot)
                {
                    slot.Tally.GiveBack();
                }
            }
        }

        private Slot SlotOf(LimitKey key)
        {
            if (_slots.TryGetValue(key, out var slot))
            {
                return slot;
            }

            var fresh = new Slot(limit.NewTally(size));
            var kept = _slots.GetOrAdd(Count >= MaxKeys ? Newcomers : key, fresh);
            if (kept == fresh)
            {
                Interlocked.Increment(ref _count);
            }

            return kept;
        }

        /// <summary>Once in each window the one who comes first sweeps.</summary>
        private void SweepWhenDue(long now)
        {
            var due = Volatile.Read(ref _sweepAt);
            if (now < due || Interlocked.CompareExchange(ref _sweepAt, now + limit.Window.Ticks, due) != due)
            {
                return;
            }

            foreach (var (key, slot) in _slots)
            {
                lock (slot)
                {
                    if (slot.Tally.IsIdle(now) && _slots.TryRemove(key, out _))
                    {
                        slot.IsForgotten = true;
                        Interlocked.Decrement(ref _count);
                    }
                }
            }
        }
    }

    private sealed class Slot(Tally tally)
    {
        public Tally Tally => tally;

        public bool IsForgotten { get; set; }
    }
}
