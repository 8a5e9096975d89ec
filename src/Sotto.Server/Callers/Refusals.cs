using System.Diagnostics.Metrics;
using Sotto.Contracts;

namespace Sotto.Server.Callers;

/// <summary>Counts what both doors refuse.</summary>
internal static class Refusals
{
    private static readonly Meter Meter = new("Sotto.Callers");

    private static readonly Counter<long> All = Meter.CreateCounter<long>("sotto.refusals", null, "Requests and frames refused, by error code.");

    /// <param name="door"><c>rest</c> or <c>socket</c>.</param>
    public static void Count(ErrorCode error, string door) => All.Add(1, new("code", error.Code), new("door", door));
}
