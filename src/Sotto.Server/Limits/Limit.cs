namespace Sotto.Server.Limits;

/// <summary>What a limit is counted over.</summary>
internal enum LimitOver
{
    /// <summary>A user: all devices, sockets and REST together.</summary>
    User,

    /// <summary>A user name, whether it exists or not.</summary>
    Account,

    /// <summary>An internet address; of IPv6 the network of 64 bits.</summary>
    Address,

    /// <summary>A device that asks and a device that is asked about.</summary>
    DevicePair,
}

/// <summary>One limit of the server. This file is the table of all; the sizes are settings.</summary>
/// <param name="Size">How many, in <paramref name="Window"/>; a window of zero means: at once.</param>
/// <param name="IsExact">Never more in any window, instead of a bucket that refills evenly.</param>
internal sealed record Limit(string Name, Func<RateLimitOptions, int> Size, TimeSpan Window, LimitOver Over, bool IsExact = false)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    public static readonly Limit Messages = new("messages", o => o.MessagesPerMinute, Minute, LimitOver.User, IsExact: true);
    public static readonly Limit Calls = new("calls", o => o.CallsPerHour, Hour, LimitOver.User, IsExact: true);
    public static readonly Limit Sockets = new("sockets", o => o.SocketsPerUser, TimeSpan.Zero, LimitOver.User, IsExact: true);
    public static readonly Limit UserSearches = new("user-searches", o => o.UserSearchesPerMinute, Minute, LimitOver.User);
    public static readonly Limit Receipts = new("receipts", o => o.ReceiptsPerMinute, Minute, LimitOver.User);
    public static readonly Limit Typing = new("typing", o => o.TypingPerMinute, Minute, LimitOver.User);
    public static readonly Limit Signalling = new("signalling", o => o.SignallingPerMinute, Minute, LimitOver.User);
    public static readonly Limit AccountLogins = new("account-logins", o => o.LoginFailures, Quarter, LimitOver.Account, IsExact: true);
    public static readonly Limit AddressLogins = new("address-logins", o => o.LoginFailures, Quarter, LimitOver.Address, IsExact: true);
    public static readonly Limit Registrations = new("registrations", o => o.RegistrationsPerHour, Hour, LimitOver.Address);
    public static readonly Limit Prekeys = new("prekeys", o => o.Prekeys, Hour, LimitOver.DevicePair);
    public static readonly Limit Tickets = new("tickets", o => o.TicketsPerMinute, Minute, LimitOver.User);
    public static readonly Limit Uploads = new("uploads", o => o.UploadsPerMinute, Minute, LimitOver.User);

    /// <summary>All rows, in the order of this file.</summary>
    public static IReadOnlyList<Limit> All { get; } =
    [
        Messages, Calls, Sockets, UserSearches, Receipts, Typing, Signalling, AccountLogins, AddressLogins, Registrations, Prekeys, Tickets,
        Uploads,
    ];

    /// <summary>An empty tally of this limit.</summary>
    public Tally NewTally(int size) => IsExact ? new SlidingWindow(size, Window) : new TokenBucket(size, Window);
}
