using System.Diagnostics.Metrics;

namespace Sotto.Server.Attachments;

internal static class Metrics
{
    private static readonly Meter Meter = new("Sotto.Attachments");

    public static readonly Counter<long> Begun = Meter.CreateCounter<long>("sotto.attachments.begun", null, "Uploads that began.");

    public static readonly Counter<long> Uploaded = Meter.CreateCounter<long>("sotto.attachments.uploaded", null, "Files that were uploaded whole.");

    public static readonly Counter<long> Erased = Meter.CreateCounter<long>("sotto.attachments.erased", null, "Files whose bytes were erased.");

    public static readonly Counter<long> BytesReceived = Meter.CreateCounter<long>("sotto.attachments.received", "By", "Bytes of files that were stored.");

    public static readonly Counter<long> BytesSent = Meter.CreateCounter<long>("sotto.attachments.sent", "By", "Bytes of files that were given.");
}
