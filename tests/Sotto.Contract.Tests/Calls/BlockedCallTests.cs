using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Calls;

/// <summary>Calls between two people of whom one has blocked the other, or does so meanwhile.</summary>
public abstract class BlockedCallTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("C37")]
    public async Task A_blocked_caller_gets_nowhere()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        await alice.CreatesDirectAsync(bob);
        var group = await carol.CreatesGroupAsync(alice, bob);
        await bob.BlocksAsync(alice);
        (await alice.Phone.TriesToCallAsync(bob)).MustBeRefused(Errors.UserBlocked);
        (await bob.Phone.TriesToCallAsync(alice)).MustBeRefused(Errors.UserBlocked);

        var phone = await bob.ConnectsAsync();
        var call = (await alice.PostAsync("/calls/initiate", new { conversation_id = group.Id, call_type = "audio" })).MustBe(200).Json.As<CallStarted>();
        Assert.Equal([alice.Id, carol.Id], call.Participants);
        await phone.ReceivesNoAsync(frame => frame.Type == "incoming_call", await SettledAsync(bob));
        (await bob.Phone.TriesToJoinAsync(call.CallId)).MustBeRefused(Errors.PermissionDenied);
    }

    [Fact, Rule("C43")]
    public async Task Who_blocks_somebody_hangs_up_on_them()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var (caller, phone) = (await alice.ConnectsAsync(), await bob.ConnectsAsync());

        var refused = await alice.CallsAsync(bob);
        await phone.RingsAsync(refused.CallId);
        await bob.BlocksAsync(alice);
        await caller.HearsAsync(refused.CallId, "declined");
        await phone.HearsAsync(refused.CallId, "declined");
        Assert.Equal("incoming declined declined", await bob.OutcomeAsync(refused.CallId));
        await bob.DeleteAsync($"/users/{alice.Id}/block").IsAsync(204);

        var givenUp = await alice.CallsAsync(bob);
        await alice.BlocksAsync(bob);
        await phone.HearsAsync(givenUp.CallId, "missed");
        Assert.Equal("incoming missed cancelled", await bob.OutcomeAsync(givenUp.CallId));
        await alice.DeleteAsync($"/users/{bob.Id}/block").IsAsync(204);

        var talk = await alice.CallsAsync(bob);
        await bob.AnswersAsync(talk.CallId);
        await alice.BlocksAsync(bob);
        await phone.HearsAsync(talk.CallId, "ended");
        Assert.Equal("outgoing ended hangup", await alice.OutcomeAsync(talk.CallId));
        await alice.DeleteAsync($"/users/{bob.Id}/block").IsAsync(204);

        await carol.CreatesGroupAsync(alice, bob);
        var several = await alice.CallsAsync(bob, carol);
        await carol.AnswersAsync(several.CallId);
        await bob.BlocksAsync(alice);
        await phone.ReceivesAsync("call_status_update", new { call_id = several.CallId, reason = "declined" });
        await carol.BlocksAsync(alice);
        Assert.Equal([several.CallId], await carol.ActiveCallsAsync());
        Assert.Empty(await bob.ActiveCallsAsync());
        await alice.EndsCallAsync(several.CallId);
    }
}

public sealed class BlockedCallsOnSqlite(Servers servers) : BlockedCallTests(servers, Db.Sqlite);

public sealed class BlockedCallsOnPostgres(Servers servers) : BlockedCallTests(servers, Db.Postgres);
