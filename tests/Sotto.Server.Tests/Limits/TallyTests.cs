using CsCheck;
using Sotto.Server.Limits;

namespace Sotto.Server.Tests.Limits;

public sealed class TallyTests
{
    private static readonly Gen<(int Size, long Window, int[] Gaps)> Schedules =
        Gen.Select(Gen.Int[1, 12], Gen.Long[1, 1000], Gen.Int[0, 400].Array[0, 200]);

    [Fact]
    public void A_sliding_window_never_lets_more_than_its_size_into_any_window() =>
        Schedules.Sample(schedule =>
        {
            var taken = Run(new SlidingWindow(schedule.Size, new TimeSpan(schedule.Window)), schedule.Gaps);
            return taken.TrueForAll(start => taken.Count(at => at >= start && at <= start + schedule.Window) <= schedule.Size);
        });

    [Fact]
    public void A_sliding_window_refuses_only_when_the_window_is_full() =>
        Schedules.Sample(schedule =>
        {
            var window = new SlidingWindow(schedule.Size, new TimeSpan(schedule.Window));
            var taken = new List<long>();
            long now = 0;
            foreach (var gap in schedule.Gaps)
            {
                now += gap;
                var living = taken.Count(at => at >= now - schedule.Window);
                var left = window.Left(now);
                var ok = window.TryTake(now, out _);
                if (ok != living < schedule.Size || left != schedule.Size - living)
                {
                    return false;
                }

                if (ok)
                {
                    taken.Add(now);
                }
            }

            return true;
        });

    [Fact]
    public void The_wait_that_is_told_is_enough_and_no_longer_than_needed() =>
        Gen.Select(Schedules, Gen.Bool).Sample((schedule, exact) =>
        {
            var span = new TimeSpan(schedule.Window * schedule.Size);
            Tally tally = exact ? new SlidingWindow(schedule.Size, span) : new TokenBucket(schedule.Size, span);
            long now = 0;
            foreach (var gap in schedule.Gaps)
            {
                now += gap;
                if (tally.TryTake(now, out var wait))
                {
                    continue;
                }

                if (tally.TryTake(now + wait.Ticks - 1, out _) || !tally.TryTake(now + wait.Ticks, out _))
                {
                    return false;
                }

                now += wait.Ticks;
            }

            return true;
        });

    [Fact]
    public void A_bucket_gives_its_size_at_once_and_refills_evenly() =>
        Schedules.Sample(schedule =>
        {
            var bucket = new TokenBucket(schedule.Size, new TimeSpan(schedule.Window * schedule.Size));
            var taken = Run(bucket, schedule.Gaps);
            var fresh = new TokenBucket(schedule.Size, TimeSpan.FromSeconds(1));
            var burst = Enumerable.Range(0, schedule.Size * 2).Count(_ => fresh.TryTake(0, out var _));
            return burst == schedule.Size
                && taken.TrueForAll(start => taken.TrueForAll(
                    end => end < start || taken.Count(at => at >= start && at <= end) <= schedule.Size + ((end - start) / schedule.Window)));
        });

    [Fact]
    public void What_is_given_back_may_be_taken_again() =>
        Gen.Select(Gen.Int[1, 12], Gen.Bool).Sample((size, exact) =>
        {
            Tally tally = exact ? new SlidingWindow(size, TimeSpan.FromSeconds(9)) : new TokenBucket(size, TimeSpan.FromSeconds(9));
            for (var i = 0; i < 100; i++)
            {
                if (!tally.TryTake(5, out _))
                {
                    return false;
                }

                tally.GiveBack();
            }

            return tally.IsIdle(5) && tally.Left(5) == size;
        });

    [Fact]
    public void A_tally_is_idle_when_everything_is_free_again() =>
        Gen.Select(Schedules, Gen.Bool).Sample((schedule, exact) =>
        {
            var span = new TimeSpan(schedule.Window * schedule.Size);
            Tally tally = exact ? new SlidingWindow(schedule.Size, span) : new TokenBucket(schedule.Size, span);
            var last = Run(tally, schedule.Gaps).LastOrDefault(-1);
            return last == -1
                || (!tally.IsIdle(last) && !tally.IsIdle(last + tally.Reset(last).Ticks - 1) && tally.IsIdle(last + tally.Reset(last).Ticks)
                    && tally.Left(last + tally.Reset(last).Ticks) == schedule.Size);
        });

    private static List<long> Run(Tally tally, int[] gaps)
    {
        var taken = new List<long>();
        long now = 0;
        foreach (var gap in gaps)
        {
            now += gap;
            if (tally.TryTake(now, out _))
            {
                taken.Add(now);
            }
        }

        return taken;
    }
}
