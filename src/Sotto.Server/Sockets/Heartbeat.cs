namespace Sotto.Server.Sockets;

/// <summary>What the wheel must do with a socket.</summary>
internal enum Due
{
    Nothing,
    Ping,
    WarnOfExpiry,

    /// <summary>No authentication in time, or it has ended: 4001.</summary>
    CloseUnauthenticated,

    /// <summary>The reader takes nothing: 4008.</summary>
    CloseTooSlow,

    /// <summary>The client is gone, or doesn't answer our close frame.</summary>
    Abort,
}

/// <summary>How long what has lasted on a socket. Null where it isn't so.</summary>
/// <param name="Silent">Since anything came from the client, be it a pong.</param>
/// <param name="Stuck">Since the connection took any of what waits to be written.</param>
/// <param name="SincePing">Since the last ping, or the opening.</param>
/// <param name="ToExpiry">Until the token ends; null before authentication.</param>
internal readonly record struct SocketTimes(TimeSpan Open, TimeSpan Silent, TimeSpan Stuck, TimeSpan SincePing, TimeSpan? Closing, TimeSpan? ToExpiry, bool IsWarned);

/// <summary>The socket's rules about time. Pure.</summary>
internal static class Heartbeat
{
    /// <summary>How long our close frame waits for the client's.</summary>
    public static readonly TimeSpan ClosingTime = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan ExpiryWarning = TimeSpan.FromSeconds(60);

    public static Due Look(in SocketTimes times, SocketOptions options) => times switch
    {
        { Closing: { } closing } => closing > ClosingTime ? Due.Abort : Due.Nothing,
        _ when times.Silent > options.DropAfter => Due.Abort,
        _ when times.Stuck > options.StuckAfter => Due.CloseTooSlow,
        { ToExpiry: null } => times.Open > options.AuthenticateWithin ? Due.CloseUnauthenticated : Due.Nothing,
        { ToExpiry: { } left } when left <= TimeSpan.Zero => Due.CloseUnauthenticated,
        { ToExpiry: { } left, IsWarned: false } when left <= ExpiryWarning => Due.WarnOfExpiry,
        _ => times.SincePing >= options.PingEvery ? Due.Ping : Due.Nothing,
    };
}
