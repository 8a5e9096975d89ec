using Microsoft.Extensions.Time.Testing;
using Sotto.Server.Http;
using Sotto.Server.Storage;

namespace Sotto.Storage.Tests;

/// <summary>How long a key is remembered.</summary>
public sealed class IdempotencyTests(Databases databases)
{
    private static readonly byte[] Hash = [1, 2, 3];

    [Theory, Rule("H23")]
    [InlineData(Engine.Sqlite)]
    [InlineData(Engine.Postgres)]
    public async Task A_key_is_remembered_for_24_hours(Engine engine)
    {
        var ct = TestContext.Current.CancellationToken;
        var node = new Node(await databases.NewAsync(engine));
        await using var _ = node;
        var clock = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddDays(20_000));
        var store = new IdempotencyStore(node.Database, clock);
        var user = await node.NewUserAsync();

        Assert.Null(await store.ClaimAsync(user, "key", Hash, clock.NowMs(), ct));
        await store.KeepAsync(user, "key", new StoredAnswer(201, new RawAnswer(new byte[] { 7 })), ct);
        clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        await store.SweepAsync(ct);
        var kept = await store.ClaimAsync(user, "key", Hash, clock.NowMs(), ct);
        Assert.Equal((201L, (byte)7), (kept!.Status, Assert.Single(kept.Answer!)));

        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(await store.ClaimAsync(user, "key", Hash, clock.NowMs(), ct));
    }

    [Theory, Rule("H23")]
    [InlineData(Engine.Sqlite)]
    [InlineData(Engine.Postgres)]
    public async Task A_claim_that_a_crash_left_is_free_again_after_a_minute(Engine engine)
    {
        var ct = TestContext.Current.CancellationToken;
        var node = new Node(await databases.NewAsync(engine));
        await using var _ = node;
        var clock = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddDays(20_000));
        var store = new IdempotencyStore(node.Database, clock);
        var user = await node.NewUserAsync();

        Assert.Null(await store.ClaimAsync(user, "key", Hash, clock.NowMs(), ct));
        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Null((await store.ClaimAsync(user, "key", Hash, clock.NowMs(), ct))!.Status);
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(await store.ClaimAsync(user, "key", Hash, clock.NowMs(), ct));
    }
}
