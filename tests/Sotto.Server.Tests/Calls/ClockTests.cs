using CsCheck;
using Sotto.Contracts;
using Sotto.Server.Calls;

namespace Sotto.Server.Tests.Calls;

/// <summary>A call lives by time that passes, not by what a clock is set to.</summary>
[Rule("C63")]
public sealed class ClockTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly CallRules Rules = new(TimeSpan.FromSeconds(45), TimeSpan.FromSeconds(30), 6);

    private static readonly Gen<(int Kind, int Person, int Wait)[]> Histories = Gen.Select(Gen.Int[0, 7], Gen.Int[0, 2], Gen.Int[0, 20]).Array[0, 20];

    [Fact]
    public void What_happens_is_the_same_by_a_clock_that_was_set() => Gen.Select(Histories, Histories, Gen.Int[-90_000, 90_000]).Sample((before, after, jump) =>
    {
        var (now, moved) = (Start, TimeSpan.FromSeconds(jump));
        var call = Call.Begin(Id(9), Id(8), CallType.Audio, (Id(0), Id(10)), [Id(1), Id(2)], Rules, Start);
        foreach (var move in before)
        {
            now += TimeSpan.FromSeconds(move.Wait);
            call = call.On(Event(move.Kind, move.Person), now).Next;
        }

        var other = call.MovedBy(moved);
        foreach (var move in after)
        {
            now += TimeSpan.FromSeconds(move.Wait);
            var (one, two) = (call.On(Event(move.Kind, move.Person), now), other.On(Event(move.Kind, move.Person), now + moved));
            Assert.Equal(one.Refused?.Error, two.Refused?.Error);
            Assert.Equal(one.Effects, two.Effects);
            (call, other) = (one.Next, two.Next);
        }

        Assert.Equal(CallJson.Write(call.MovedBy(moved)), CallJson.Write(other));
    }, iter: 5000);

    [Fact, Rule("C21")]
    public void Only_time_in_the_call_counts()
    {
        var call = Call.Begin(Id(9), Id(8), CallType.Audio, (Id(0), Id(10)), [Id(1), Id(2)], Rules, Start);
        Call After(int seconds, CallEvent happened) => call = call.On(happened, Start.AddSeconds(seconds)).Next;
        After(5, new Joined(Id(2), Id(12)));
        After(10, new Joined(Id(1), Id(11)));
        After(14, new Left(Id(1)));
        After(24, new Joined(Id(1), Id(11)));
        After(25, new Renewed(Id(2), Id(12)));
        After(27, new EndAsked(Id(0), IsAdmin: true));
        var outcome = CallOutcome.Of(call, call.Find(Id(1))!, call.EndedAt!.Value);
        Assert.Equal((Start.AddSeconds(10), Start.AddSeconds(27), 7L), (outcome.StartedAt, outcome.EndedAt, outcome.Duration));
    }

    [Fact]
    public void A_clock_that_was_set_is_told_from_one_that_ran()
    {
        var clock = new Machine();
        var watch = new ClockWatch(clock);
        Assert.Equal(TimeSpan.Zero, watch.JumpAt(Start));
        clock.Passes(TimeSpan.FromSeconds(100));
        Assert.Equal(TimeSpan.Zero, watch.JumpAt(Start.AddSeconds(101)));
        clock.Passes(TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.FromSeconds(3600), watch.JumpAt(Start.AddSeconds(111 + 3600)));
        clock.Passes(TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.FromSeconds(-7200), watch.JumpAt(Start.AddSeconds(121 - 3600)));
        clock.Passes(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.Zero, watch.JumpAt(Start.AddSeconds(122 - 3600)));
    }

    [Fact]
    public void A_call_is_read_as_it_was_written()
    {
        var call = Call.Begin(Id(9), Id(8), CallType.Video, (Id(0), Id(10)), [Id(1), Id(2)], Rules, Start)
            .On(new Joined(Id(1), Id(11)), Start.AddSeconds(3)).Next.On(new Declined(Id(2), IsBusy: true), Start.AddSeconds(4)).Next;
        var read = CallJson.Read(CallJson.Write(call));
        Assert.Equal(call.Parties.AsEnumerable(), read.Parties);
        Assert.Equal(call with { Parties = [] }, read with { Parties = [] });
    }

    private static CallEvent Event(int kind, int person) => kind switch
    {
        0 => new Rang(Id(person)),
        1 or 2 => new Joined(Id(person), Id(10 + person)),
        3 => new Declined(Id(person)),
        4 => new Left(Id(person)),
        5 => new EndAsked(Id(person)),
        6 => new Renewed(Id(person), Id(10 + person)),
        _ => new TimePassed(),
    };

    private static Guid Id(int number) => new(number, 0, 0, new byte[8]);

    /// <summary>A machine's own count of time, which nobody sets.</summary>
    private sealed class Machine : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Passes(TimeSpan time) => _ticks += time.Ticks;
    }
}
