using System.Diagnostics.Metrics;

namespace Sotto.Server.Cluster;

internal static class Metrics
{
    private static readonly Meter Meter = new("Sotto.Cluster");

    public static readonly UpDownCounter<int> Others = Meter.CreateUpDownCounter<int>("sotto.nodes.others", null, "Living nodes beside this one.");

    public static readonly Counter<long> Repairs = Meter.CreateCounter<long>("sotto.board.repairs", null, "Times a node's part of the board was not as its digest said.");
}
