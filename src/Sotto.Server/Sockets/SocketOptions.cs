namespace Sotto.Server.Sockets;

/// <summary>What sockets may do. Section <c>Sotto:Sockets</c>.</summary>
internal sealed class SocketOptions
{
    /// <summary>Origins of pages that may open a socket, beside the server's own. <c>*</c> allows all.</summary>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>Frames a socket may send a second, in the long run; four times as many at once. Beyond: 4003.</summary>
    public int FramesPerSecond { get; set; } = 200;

    /// <summary>Sockets of a user at once. Beyond: 4003.</summary>
    public int PerUser { get; set; } = Contracts.Sizes.SocketsPerUser;

    /// <summary>How long the first frame may take.</summary>
    public TimeSpan AuthenticateWithin { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the server pings.</summary>
    public TimeSpan PingEvery { get; set; } = TimeSpan.FromSeconds(Contracts.Sizes.HeartbeatSeconds);

    /// <summary>A socket that is silent for longer is dropped.</summary>
    public TimeSpan DropAfter { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>A reader that takes nothing for longer is closed with 4008.</summary>
    public TimeSpan StuckAfter { get; set; } = TimeSpan.FromSeconds(10);
}
