using System.Diagnostics.Metrics;

namespace Sotto.Server.Storage;

internal static class Metrics
{
    private static readonly Meter Meter = new("Sotto.Storage");

    public static readonly Counter<long> Jobs = Meter.CreateCounter<long>("sotto.jobs", null, "Runs of the sweeper's jobs.");
}
