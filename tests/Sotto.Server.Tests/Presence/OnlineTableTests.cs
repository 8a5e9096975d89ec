using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Sotto.Server.Presence;

namespace Sotto.Server.Tests.Presence;

public sealed class OnlineTableTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly OnlineTable _table = new();
    private readonly Guid _alice = Guid.NewGuid();

    [Fact, Rule("P1")]
    public void Only_the_first_socket_makes_somebody_come()
    {
        Assert.True(_table.Arrive(_alice));
        Assert.False(_table.Arrive(_alice));
        _table.Depart(_alice, _clock.GetUtcNow());
        Assert.True(_table.IsOnline(_alice));
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Empty(_table.TakeGone(_clock.GetUtcNow()));
    }

    [Fact, Rule("P1", "P5")]
    public void Somebody_is_gone_ten_seconds_after_the_last_socket_and_was_seen_when_it_went()
    {
        _table.Arrive(_alice);
        var left = _clock.GetUtcNow();
        _table.Depart(_alice, left);
        _clock.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Empty(_table.TakeGone(_clock.GetUtcNow()));
        Assert.True(_table.IsOnline(_alice));
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal([(_alice, left)], _table.TakeGone(_clock.GetUtcNow()));
        Assert.False(_table.IsOnline(_alice));
        Assert.Empty(_table.TakeGone(_clock.GetUtcNow()));
        Assert.True(_table.Arrive(_alice));
    }

    [Fact, Rule("P1")]
    public void Who_comes_back_in_time_was_never_away()
    {
        _table.Arrive(_alice);
        _table.Depart(_alice, _clock.GetUtcNow());
        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.False(_table.Arrive(_alice));
        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Empty(_table.TakeGone(_clock.GetUtcNow()));
    }

    [Fact, Rule("P1")]
    public void Whatever_happens_somebody_with_a_socket_is_online_and_nobody_is_gone_early() =>
        Gen.Int[0, 2].Array[0, 60].Sample(steps =>
        {
            var table = new OnlineTable();
            var (now, sockets, left) = (DateTimeOffset.UnixEpoch, 0, (DateTimeOffset?)null);
            foreach (var step in steps)
            {
                if (step == 0)
                {
                    table.Arrive(_alice);
                    (sockets, left) = (sockets + 1, null);
                }
                else if (step == 1)
                {
                    table.Depart(_alice, now);
                    (left, sockets) = (sockets == 1 ? now : left, Math.Max(0, sockets - 1));
                }
                else
                {
                    now += TimeSpan.FromSeconds(4);
                    table.TakeGone(now);
                }

                var isThere = sockets > 0 || (left is { } at && now - at < OnlineTable.Grace);
                if (table.IsOnline(_alice) != isThere)
                {
                    return false;
                }
            }

            return true;
        });
}
