namespace Sotto.Server.Storage;

/// <summary>Makes ids: UUIDs of version 7, so that what is new lies together in every index.</summary>
internal static class Ids
{
#pragma warning disable RS0030 // the one place that may
    public static Guid New(TimeProvider clock) => At(clock.GetUtcNow());

    /// <summary>For what is dated by another clock than the process's own.</summary>
    public static Guid At(DateTimeOffset time) => Guid.CreateVersion7(time);
#pragma warning restore RS0030
}

/// <summary>Times in the database are Unix milliseconds.</summary>
internal static class Times
{
    public static long NowMs(this TimeProvider clock) => clock.GetUtcNow().ToUnixTimeMilliseconds();

    public static DateTimeOffset FromMs(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms);

    public static DateTimeOffset? FromMs(long? ms) => ms is { } value ? FromMs(value) : null;
}
