using CsCheck;
using Sotto.Server.Sockets;

namespace Sotto.Server.Tests.Sockets;

public sealed class FrameGateTests
{
    [Fact, Rule("W63")]
    public void So_many_pass_at_once_and_then_so_many_a_second()
    {
        var gate = new FrameGate(perSecond: 200, atOnce: 800);
        Assert.Equal(800, Passed(ref gate, 1000, TimeSpan.Zero));
        Assert.Equal(100, Passed(ref gate, 1000, TimeSpan.FromSeconds(0.5)));
        Assert.Equal(800, Passed(ref gate, 1000, TimeSpan.FromHours(1)));
    }

    [Fact, Rule("W63")]
    public void Whatever_the_times_no_more_pass_than_the_rate_allows() =>
        Gen.Select(Gen.Int[1, 50], Gen.Int[1, 100], Gen.Int[0, 500].Array[1, 300]).Sample((perSecond, atOnce, gaps) =>
        {
            var gate = new FrameGate(perSecond, atOnce);
            var (now, passed) = (TimeSpan.Zero, 0);
            foreach (var gap in gaps)
            {
                now += TimeSpan.FromMilliseconds(gap);
                passed += gate.TryPass(now) ? 1 : 0;
            }

            return passed <= atOnce + (now.TotalSeconds * perSecond) + 1e-6;
        });

    private static int Passed(ref FrameGate gate, int tries, TimeSpan at)
    {
        var passed = 0;
        for (var i = 0; i < tries; i++)
        {
            passed += gate.TryPass(at) ? 1 : 0;
        }

        return passed;
    }
}
