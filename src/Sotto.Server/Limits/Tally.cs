namespace Sotto.Server.Limits;

/// <summary>How much of one limit one key has used. Pure: the time comes in, in ticks of a clock that never goes back. Not safe for threads.</summary>
internal abstract class Tally
{
    /// <summary>Takes one, or tells how long to wait. A refused attempt counts for nothing.</summary>
    public abstract bool TryTake(long now, out TimeSpan wait);

    /// <summary>Undoes the newest take.</summary>
    public abstract void GiveBack();

    /// <summary>How many may be taken right now.</summary>
    public abstract int Left(long now);

    /// <summary>When everything is free again.</summary>
    public abstract TimeSpan Reset(long now);

    /// <summary>Nothing is remembered that matters, so the tally may be forgotten.</summary>
    public bool IsIdle(long now) => Reset(now) == TimeSpan.Zero;
}
