namespace Sotto.Server.Limits;

/// <summary>Exact: never more than <c>size</c> takes in any span as long as the window, both ends counted.</summary>
internal sealed class SlidingWindow(int size, TimeSpan window) : Tally
{
    private const int FirstRoom = 4;

    // A ring of the times of the takes that still count; it grows to the limit only for those who come near it.
    private long[] _taken = new long[Math.Min(size, FirstRoom)];
    private int _first;
    private int _count;

    public override bool TryTake(long now, out TimeSpan wait)
    {
        Forget(now);
        if (_count == size)
        {
            wait = new TimeSpan(_taken[_first] + window.Ticks + 1 - now);
            return false;
        }

        if (_count == _taken.Length)
        {
            Grow();
        }

        _taken[(_first + _count) % _taken.Length] = now;
        _count++;
        wait = TimeSpan.Zero;
        return true;
    }

    public override void GiveBack() => _count = Math.Max(0, _count - 1);

    public override int Left(long now)
    {
        Forget(now);
        return size - _count;
    }

    public override TimeSpan Reset(long now)
    {
        Forget(now);
        return _count == 0 ? TimeSpan.Zero : new TimeSpan(_taken[(_first + _count - 1) % _taken.Length] + window.Ticks + 1 - now);
    }

    private void Forget(long now)
    {
        while (_count > 0 && now - _taken[_first] > window.Ticks)
        {
            _first = (_first + 1) % _taken.Length;
            _count--;
        }
    }

    private void Grow()
    {
        var wider = new long[Math.Min(size, _taken.Length * 2)];
        for (var i = 0; i < _count; i++)
        {
            wider[i] = _taken[(_first + i) % _taken.Length];
        }

        (_taken, _first) = (wider, 0);
    }
}
