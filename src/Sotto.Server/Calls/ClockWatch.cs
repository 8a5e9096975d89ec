namespace Sotto.Server.Calls;

/// <summary>Tells a clock that ran from one that was set, by the machine's own count of time.</summary>
internal sealed class ClockWatch(TimeProvider clock)
{
    /// <summary>What two clocks may differ by through their own rates and the time that reading them takes.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(2);

    private DateTimeOffset? _seen;
    private long _stamp;

    /// <summary>How far the watched clock was set since the last look; zero when it just ran.</summary>
    public TimeSpan JumpAt(DateTimeOffset now)
    {
        var stamp = clock.GetTimestamp();
        var jump = _seen is { } seen ? now - seen - clock.GetElapsedTime(_stamp, stamp) : TimeSpan.Zero;
        (_seen, _stamp) = (now, stamp);
        return jump.Duration() > Tolerance ? jump : TimeSpan.Zero;
    }
}
