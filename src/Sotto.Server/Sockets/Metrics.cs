using System.Diagnostics.Metrics;

namespace Sotto.Server.Sockets;

internal static class Metrics
{
    private static readonly Meter Meter = new("Sotto.Sockets");

    public static readonly UpDownCounter<int> Live = Meter.CreateUpDownCounter<int>("sotto.sockets", null, "Authenticated sockets.");

    public static readonly Counter<long> Closed = Meter.CreateCounter<long>("sotto.sockets.closed", null, "Sockets closed by the server, by close code.");

    public static readonly Counter<long> Commands = Meter.CreateCounter<long>("sotto.commands", null, "Commands that sockets sent, by type.");
}
