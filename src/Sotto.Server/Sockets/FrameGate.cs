namespace Sotto.Server.Sockets;

/// <summary>A token bucket over the frames of one socket: so many a second in the long run, four times as many at once. Pure.</summary>
internal struct FrameGate(int perSecond)
{
    private const int Burst = 4;

    private double _tokens = perSecond * Burst;
    private TimeSpan _at = TimeSpan.Zero;

    /// <param name="now">Time since the socket opened.</param>
    public bool TryPass(TimeSpan now)
    {
        _tokens = Math.Min(perSecond * Burst, _tokens + ((now - _at).TotalSeconds * perSecond));
        _at = now;
        if (_tokens < 1)
        {
            return false;
        }

        _tokens--;
        return true;
    }
}
