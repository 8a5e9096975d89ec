using Microsoft.Extensions.Time.Testing;
using Sotto.Server.Presence;

namespace Sotto.Server.Tests.Presence;

public sealed class TypingTableTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly TypingTable _table = new();
    private readonly Guid _alice = Guid.NewGuid();
    private readonly Guid _bob = Guid.NewGuid();
    private readonly Guid _here = Guid.NewGuid();
    private readonly Guid _there = Guid.NewGuid();

    [Fact, Rule("P7")]
    public void Typing_ends_six_seconds_after_the_last_word_of_it()
    {
        Assert.True(_table.Set(_here, _alice, isTyping: true, _clock.GetUtcNow()));
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.True(_table.Set(_here, _alice, isTyping: true, _clock.GetUtcNow()));
        _clock.Advance(TimeSpan.FromSeconds(5.9));
        Assert.Empty(_table.TakeExpired(_clock.GetUtcNow()));
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal([(_here, _alice)], _table.TakeExpired(_clock.GetUtcNow()));
        Assert.Equal(0, _table.Count);
    }

    [Fact, Rule("P7")]
    public void Who_has_stopped_is_told_once()
    {
        _table.Set(_here, _alice, isTyping: true, _clock.GetUtcNow());
        Assert.True(_table.Set(_here, _alice, isTyping: false, _clock.GetUtcNow()));
        Assert.False(_table.Set(_here, _alice, isTyping: false, _clock.GetUtcNow()));
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(_table.TakeExpired(_clock.GetUtcNow()));
    }

    [Fact, Rule("P7")]
    public void Who_goes_stops_everywhere_and_nobody_else_does()
    {
        _table.Set(_here, _alice, isTyping: true, _clock.GetUtcNow());
        _table.Set(_there, _alice, isTyping: true, _clock.GetUtcNow());
        _table.Set(_there, _bob, isTyping: true, _clock.GetUtcNow());
        Assert.Equal(new[] { _here, _there }.Order(), _table.Take(_alice).Order());
        Assert.Equal(1, _table.Count);
    }
}
