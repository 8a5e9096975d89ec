using System.Collections.Concurrent;

namespace Sotto.Server.Accounts;

/// <summary>
/// Keeps answers of the database for a second at most: changes made on this node show at once, those of other nodes within that second.
/// Bounded; safe for threads.
/// </summary>
internal sealed class BriefCache<TKey, TValue>(TimeProvider clock)
    where TKey : notnull
{
    private const int MaxEntries = 50_000;
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<TKey, (TValue Value, long At)> _entries = [];
    private long _drops;

    public async ValueTask<TValue> GetAsync(TKey key, Func<TKey, CancellationToken, Task<TValue>> load, CancellationToken ct)
    {
        if (_entries.TryGetValue(key, out var entry) && clock.GetElapsedTime(entry.At) < Life)
        {
            return entry.Value;
        }

        var drops = Interlocked.Read(ref _drops);
        var at = clock.GetTimestamp();
        var value = await load(key, ct);
        if (_entries.Count >= MaxEntries)
        {
            _entries.Clear();
        }

        _entries[key] = (value, at);
        if (drops != Interlocked.Read(ref _drops))
        {
            // Something changed while this was read; what was read may be from before.
            _entries.TryRemove(key, out _);
        }

        return value;
    }

    /// <summary>To be called after the change is committed.</summary>
    public void Drop(TKey key)
    {
        Interlocked.Increment(ref _drops);
        _entries.TryRemove(key, out _);
    }

    public void Clear()
    {
        Interlocked.Increment(ref _drops);
        _entries.Clear();
    }
}
