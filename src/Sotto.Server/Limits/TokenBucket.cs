namespace Sotto.Server.Limits;

/// <summary>Cheap: a bucket of <c>size</c> tokens that fills evenly in the time of the window. A burst may take all of it at once.</summary>
/// <remarks>One number is all it keeps: when the bucket would be full again. In any window at most twice <c>size</c> pass.</remarks>
internal sealed class TokenBucket(int size, TimeSpan window) : Tally
{
    private readonly long _cost = Math.Max(1, window.Ticks / size);
    private long _fullAt = long.MinValue;

    private long Capacity => _cost * size;

    public override bool TryTake(long now, out TimeSpan wait)
    {
        var next = Math.Max(_fullAt, now) + _cost;
        var over = next - now - Capacity;
        if (over > 0)
        {
            wait = new TimeSpan(over);
            return false;
        }

        _fullAt = next;
        wait = TimeSpan.Zero;
        return true;
    }

    public override void GiveBack() => _fullAt = _fullAt == long.MinValue ? _fullAt : _fullAt - _cost;

    public override int Left(long now) => (int)((Capacity - Reset(now).Ticks) / _cost);

    public override TimeSpan Reset(long now) => _fullAt <= now ? TimeSpan.Zero : new TimeSpan(_fullAt - now);
}
