using Sotto.Server.Sockets;

namespace Sotto.Server.Tests.Sockets;

public sealed class HeartbeatTests
{
    private static readonly SocketTimes Fine = new(
        Open: TimeSpan.FromHours(1), Silent: TimeSpan.Zero, Stuck: TimeSpan.Zero, SincePing: TimeSpan.Zero, Closing: null, ToExpiry: TimeSpan.FromMinutes(10), IsWarned: false);

    private static readonly SocketTimes Unauthenticated = Fine with { ToExpiry = null };

    [Theory, Rule("W64")]
    [InlineData(24.9, nameof(Due.Nothing))]
    [InlineData(25, nameof(Due.Ping))]
    public void A_ping_is_due_after_25_seconds(double seconds, string due) => Is(due, Fine with { SincePing = TimeSpan.FromSeconds(seconds) });

    [Theory, Rule("W64")]
    [InlineData(60, nameof(Due.Nothing))]
    [InlineData(60.1, nameof(Due.Abort))]
    public void Who_is_silent_for_longer_than_60_seconds_is_dropped(double seconds, string due) => Is(due, Fine with { Silent = TimeSpan.FromSeconds(seconds) });

    [Theory, Rule("W60")]
    [InlineData(10, nameof(Due.Nothing))]
    [InlineData(10.1, nameof(Due.CloseTooSlow))]
    public void Who_takes_nothing_for_longer_than_10_seconds_is_too_slow(double seconds, string due)
    {
        Is(due, Fine with { Stuck = TimeSpan.FromSeconds(seconds) });
        Is(due, Unauthenticated with { Open = TimeSpan.FromSeconds(5), Stuck = TimeSpan.FromSeconds(seconds) });
    }

    [Theory, Rule("W3")]
    [InlineData(10, nameof(Due.Nothing))]
    [InlineData(10.1, nameof(Due.CloseUnauthenticated))]
    public void Authentication_may_take_10_seconds(double seconds, string due) => Is(due, Unauthenticated with { Open = TimeSpan.FromSeconds(seconds) });

    [Theory, Rule("W6")]
    [InlineData(60.1, false, nameof(Due.Nothing))]
    [InlineData(60, false, nameof(Due.WarnOfExpiry))]
    [InlineData(60, true, nameof(Due.Nothing))]
    [InlineData(0.1, true, nameof(Due.Nothing))]
    [InlineData(0, true, nameof(Due.CloseUnauthenticated))]
    [InlineData(-5, false, nameof(Due.CloseUnauthenticated))]
    public void The_end_of_a_token_is_told_60_seconds_before(double seconds, bool isWarned, string due) =>
        Is(due, Fine with { ToExpiry = TimeSpan.FromSeconds(seconds), IsWarned = isWarned });

    [Theory]
    [InlineData(5, nameof(Due.Nothing))]
    [InlineData(5.1, nameof(Due.Abort))]
    public void A_closing_socket_has_5_seconds_and_nothing_else_counts(double seconds, string due) =>
        Is(due, Fine with { Closing = TimeSpan.FromSeconds(seconds), Silent = TimeSpan.FromDays(1), Stuck = TimeSpan.FromDays(1), ToExpiry = TimeSpan.Zero });

    private static void Is(string due, SocketTimes times) => Assert.Equal(due, Heartbeat.Look(times, new SocketOptions()).ToString());
}
