using Sotto.Contracts;

namespace Sotto.Server.Calls;

/// <summary>What both ends' reports say about a call.</summary>
internal static class CallReports
{
    /// <summary>The report of whoever fared worst; what it leaves out, another may tell. Null without any.</summary>
    public static CallMetadata? Worst(IReadOnlyList<CallMetadata> reports) => reports
        .OrderBy(report => report.Quality ?? CallQuality.Excellent + 1)
        .ThenByDescending(report => report.PacketLoss ?? -1)
        .ThenByDescending(report => report.LatencyAvg ?? -1)
        .Aggregate(default(CallMetadata?), (worst, next) => worst is null ? next : worst with
        {
            ConnectionType = worst.ConnectionType ?? next.ConnectionType,
            BandwidthAvg = worst.BandwidthAvg ?? next.BandwidthAvg,
            PacketLoss = worst.PacketLoss ?? next.PacketLoss,
            LatencyAvg = worst.LatencyAvg ?? next.LatencyAvg,
        });
}
