using System.ComponentModel.DataAnnotations;

namespace Sotto.Server.Sockets;

/// <summary>What sockets may do. Section <c>Sotto:Sockets</c>.</summary>
internal sealed class SocketOptions
{
    public const string Section = "Sotto:Sockets";

    /// <summary>Sockets of a user at once; it stands with the other limits, in <c>Sotto:RateLimits</c>.</summary>
    internal int PerUser = Contracts.Sizes.SocketsPerUser;

    /// <summary>Origins of pages that may open a socket, beside the server's own. <c>*</c> allows all.</summary>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>Frames a socket may send a second, in the long run; four times as many at once. Beyond they are refused, and 4003 if it goes on.</summary>
    [Range(1, 1_000_000)]
    public int FramesPerSecond { get; set; } = 200;

    /// <summary>How long the first frame may take.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan AuthenticateWithin { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the server pings.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan PingEvery { get; set; } = TimeSpan.FromSeconds(Contracts.Sizes.HeartbeatSeconds);

    /// <summary>A socket that is silent for longer is dropped.</summary>
    [Range(typeof(TimeSpan), "00:00:02", "01:00:00")]
    public TimeSpan DropAfter { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>A reader that takes nothing for longer is closed with 4008.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan StuckAfter { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a stopping server waits for commands to finish and for sockets to close.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan DrainWithin { get; set; } = TimeSpan.FromSeconds(8);
}
