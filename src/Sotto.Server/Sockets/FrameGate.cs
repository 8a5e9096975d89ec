namespace Sotto.Server.Sockets;

/// <summary>A token bucket: so many a second in the long run, so many at once. A value, since a flood must cost nothing. Pure.</summary>
internal struct FrameGate(int perSecond, int atOnce)
{
    private double _tokens = atOnce;
    private TimeSpan _at = TimeSpan.Zero;

    /// <param name="now">Time since the socket opened.</param>
    public bool TryPass(TimeSpan now)
    {
        _tokens = Math.Min(atOnce, _tokens + ((now - _at).TotalSeconds * perSecond));
        _at = now;
        if (_tokens < 1)
        {
            return false;
        }

        _tokens--;
        return true;
    }
}
