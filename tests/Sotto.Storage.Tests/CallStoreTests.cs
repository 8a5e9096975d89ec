using Sotto.Contracts;
using Sotto.Server.Calls;

namespace Sotto.Storage.Tests;

/// <summary>What the database itself holds calls to, whoever asks.</summary>
public sealed class CallStoreTests(Databases databases)
{
    private static readonly CallRules Rules = new(TimeSpan.FromSeconds(45), TimeSpan.FromSeconds(30), 6);

    [Theory, Rule("C1", "C35", "C36")]
    [InlineData(Engine.Sqlite)]
    [InlineData(Engine.Postgres)]
    public async Task Of_two_owners_of_a_call_one_wins_and_nobody_is_in_two_calls(Engine engine)
    {
        var ct = TestContext.Current.CancellationToken;
        await using var node = new Node(await databases.NewAsync(engine));
        var store = new CallStore(node.Database);
        var now = await store.NowAsync(ct);
        var (alice, bob, carol) = (await node.NewUserAsync(), await node.NewUserAsync(), await node.NewUserAsync());
        var call = New(alice, [bob], now);
        Assert.True((await store.BeginAsync(call, ct)).Ok);

        // The two have one call between them, whoever calls; and nobody who is in one begins another.
        Assert.Equal(new Begun(false, call.Id), await store.BeginAsync(New(bob, [alice], now), ct));
        Assert.Equal(new Begun(false, call.Id), await store.BeginAsync(New(alice, [carol], now), ct));
        var waiting = New(carol, [bob], now);
        Assert.True((await store.BeginAsync(waiting, ct)).Ok);

        var answered = call.On(new Joined(bob, Guid.CreateVersion7()), now).Next;
        Assert.True(await store.ChangeAsync(call, answered, 1, now, ct));
        Assert.False(await store.ChangeAsync(call, call.On(new Declined(bob), now).Next, 1, now, ct));
        await Assert.ThrowsAsync<SeatTakenException>(() => store.ChangeAsync(waiting, waiting.On(new Joined(bob, Guid.CreateVersion7()), now).Next, 1, now, ct));
        Assert.Equal([call.Id, waiting.Id], (await store.LiveOfAsync(bob, ct)).Select(stored => stored.Call.Id));

        var ended = answered.On(new EndAsked(bob), now).Next;
        Assert.True(await store.ChangeAsync(answered, ended, 2, now, ct));
        Assert.False(await store.ChangeAsync(answered, ended, 2, now, ct));
        var history = new CallHistoryStore(node.Database);
        Assert.Single((await history.ListAsync(alice, null, null, 0, 10, ct)).Data);
        Assert.Null(await store.FindSeatAsync(alice, ct));
        Assert.True((await store.BeginAsync(New(bob, [alice], now), ct)).Ok);
    }

    [Theory, Rule("C73")]
    [InlineData(Engine.Sqlite)]
    [InlineData(Engine.Postgres)]
    public async Task Calls_are_forgotten_when_they_are_old(Engine engine)
    {
        var ct = TestContext.Current.CancellationToken;
        await using var node = new Node(await databases.NewAsync(engine));
        var (store, history) = (new CallStore(node.Database), new CallHistoryStore(node.Database));
        var now = await store.NowAsync(ct);
        var (alice, bob) = (await node.NewUserAsync(), await node.NewUserAsync());
        foreach (var days in new[] { 91, 89 })
        {
            var then = now.AddDays(-days);
            var call = New(alice, [bob], then);
            await store.BeginAsync(call, ct);
            await store.ChangeAsync(call, call.On(new Declined(bob), then).Next, 1, then, ct);
        }

        await history.EraseOldAsync(TimeSpan.FromDays(90), ct);
        Assert.Equal(1, await store.EraseOldAsync(TimeSpan.FromDays(90), ct));
        Assert.Equal(now.AddDays(-89), Assert.Single((await history.ListAsync(bob, null, null, 0, 10, ct)).Data).EndedAt);
    }

    private static Call New(Guid caller, Guid[] callees, DateTimeOffset now) =>
        Call.Begin(Guid.CreateVersion7(), Guid.CreateVersion7(), CallType.Audio, (caller, Guid.CreateVersion7()), callees, Rules, now);
}
