using System.Net;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Limits;

namespace Sotto.Server.Tests.Limits;

public sealed class RateLimitsTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly Guid _alice = Guid.NewGuid();
    private readonly Guid _bob = Guid.NewGuid();

    [Fact]
    public void The_sixty_first_message_of_a_minute_is_refused_with_the_time_to_wait()
    {
        var limits = Make();
        for (var i = 0; i < 60; i++)
        {
            limits.Take(Limit.Messages, _alice);
            _clock.Advance(TimeSpan.FromMilliseconds(500));
        }

        var refused = Assert.Throws<RefusedException>(() => limits.Take(Limit.Messages, _alice));
        Assert.Equal(Errors.RateLimited, refused.Error);
        Assert.InRange(refused.RetryAfter!.Value, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30.1));
        limits.Take(Limit.Messages, _bob);
        _clock.Advance(refused.RetryAfter.Value);
        limits.Take(Limit.Messages, _alice);
    }

    [Fact]
    public void Zero_switches_a_limit_off()
    {
        var limits = Make(new RateLimitOptions { MessagesPerMinute = 0 });
        Assert.All(Enumerable.Range(0, 1000), _ => limits.Take(Limit.Messages, _alice));
    }

    [Fact]
    public void Keys_at_rest_are_forgotten()
    {
        var limits = Make();
        for (var i = 0; i < 1000; i++)
        {
            limits.Take(Limit.Messages, Guid.NewGuid());
        }

        Assert.Equal(1000, limits.Remembered);
        _clock.Advance(TimeSpan.FromMinutes(3));
        limits.Take(Limit.Messages, _alice);
        Assert.Equal(1, limits.Remembered);
    }

    [Fact]
    public async Task Many_at_once_never_pass_the_limit()
    {
        var limits = Make();
        var passed = 0;
        await Parallel.ForAsync(0, 1000, (_, _) =>
        {
            if (limits.TryTake(Limit.Calls, _alice).Ok)
            {
                Interlocked.Increment(ref passed);
            }

            return ValueTask.CompletedTask;
        });
        Assert.Equal(10, passed);
    }

    [Fact]
    public void A_pair_of_devices_has_six_prekeys_and_one_more_every_ten_minutes()
    {
        var limits = Make();
        Assert.All(Enumerable.Range(0, 6), _ => limits.Take(Limit.Prekeys, (_alice, _bob)));
        Assert.False(limits.TryTake(Limit.Prekeys, (_alice, _bob)).Ok);
        Assert.True(limits.TryTake(Limit.Prekeys, (_bob, _alice)).Ok);
        _clock.Advance(TimeSpan.FromMinutes(10));
        Assert.True(limits.TryTake(Limit.Prekeys, (_alice, _bob)).Ok);
        Assert.False(limits.TryTake(Limit.Prekeys, (_alice, _bob)).Ok);
    }

    [Fact]
    public void One_network_of_ipv6_counts_as_one_address()
    {
        Assert.Equal(LimitKey.From(IPAddress.Parse("2001:db8::1")), LimitKey.From(IPAddress.Parse("2001:db8::ffff:1")));
        Assert.NotEqual(LimitKey.From(IPAddress.Parse("2001:db8:0:1::1")), LimitKey.From(IPAddress.Parse("2001:db8::1")));
        Assert.Equal(LimitKey.From(IPAddress.Parse("::ffff:192.0.2.7")), LimitKey.From(IPAddress.Parse("192.0.2.7")));
        Assert.NotEqual(LimitKey.From(IPAddress.Parse("192.0.2.7")), LimitKey.From(IPAddress.Parse("192.0.2.8")));
    }

    [Fact]
    public void Whoever_takes_notes_learns_what_is_left()
    {
        var notes = LimitNotes.Begin();
        var limits = Make();
        limits.Take(Limit.Messages, _alice);
        limits.Take(Limit.Messages, _alice);
        var note = Assert.Single(notes.All);
        Assert.Equal(("messages", 60, 58), (note.Name, note.Size, note.Left));
        Assert.Equal("\"messages\";q=60;w=60", Sotto.Server.Http.RateLimitHeaders.Policy(note));
        Assert.StartsWith("\"messages\";r=58;t=6", Sotto.Server.Http.RateLimitHeaders.State(note), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_limit_stands_in_the_table_with_a_name_of_its_own()
    {
        var declared = typeof(Limit).GetFields().Where(f => f.FieldType == typeof(Limit)).Select(f => (Limit)f.GetValue(null)!).ToList();
        Assert.Equal(declared.Count, Limit.All.Count);
        Assert.Equal(declared.Count, declared.Select(l => l.Name).Distinct().Count());
    }

    private RateLimits Make(RateLimitOptions? options = null) => new(Options.Create(options ?? new RateLimitOptions()), _clock);
}
