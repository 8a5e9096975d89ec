using System.Diagnostics.Metrics;

namespace Sotto.Server.Calls;

internal static class Metrics
{
    private static readonly Meter Meter = new("Sotto.Calls");

    public static readonly Counter<long> Begun = Meter.CreateCounter<long>("sotto.calls.begun", null, "Calls that began to ring.");

    public static readonly Counter<long> Ended = Meter.CreateCounter<long>("sotto.calls.ended", null, "Calls that are over, by their final status.");

    public static readonly Counter<long> Reaped = Meter.CreateCounter<long>("sotto.relay.reaped", null, "Allocations of ended calls that were taken from the relay.");
}
