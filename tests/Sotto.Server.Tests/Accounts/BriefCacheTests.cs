using Microsoft.Extensions.Time.Testing;
using Sotto.Server.Accounts;

namespace Sotto.Server.Tests.Accounts;

public sealed class BriefCacheTests
{
    private readonly FakeTimeProvider _clock = new();
    private int _value;
    private int _loads;

    [Fact]
    public async Task An_answer_is_kept_for_a_second()
    {
        var cache = new BriefCache<string, int>(_clock);
        Assert.Equal(0, await cache.GetAsync("key", LoadAsync, default));
        _value = 1;
        _clock.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Equal(0, await cache.GetAsync("key", LoadAsync, default));
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, await cache.GetAsync("key", LoadAsync, default));
        Assert.Equal(2, _loads);
    }

    [Fact]
    public async Task What_is_dropped_is_asked_anew()
    {
        var cache = new BriefCache<string, int>(_clock);
        await cache.GetAsync("key", LoadAsync, default);
        _value = 1;
        cache.Drop("key");
        Assert.Equal(1, await cache.GetAsync("key", LoadAsync, default));
    }

    [Fact]
    public async Task An_answer_read_before_a_drop_is_not_kept_after_it()
    {
        var cache = new BriefCache<string, int>(_clock);
        var read = new TaskCompletionSource<int>();
        var slow = cache.GetAsync("key", (_, _) => read.Task, default).AsTask();
        _value = 1;
        cache.Drop("key");
        read.SetResult(0);
        await slow;
        Assert.Equal(1, await cache.GetAsync("key", LoadAsync, default));
    }

    private Task<int> LoadAsync(string key, CancellationToken ct)
    {
        _loads++;
        return Task.FromResult(_value);
    }
}
