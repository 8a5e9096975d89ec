using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Calls;

/// <summary>Calls live as long as their people do.</summary>
public abstract class LeaseTests(Servers servers, Db db) : Play(servers, db)
{
    private static readonly (string, string)[] Quick = [("Calls:Lease", "00:00:04")];

    [Fact, Rule("C60", "C4")]
    public async Task A_lost_device_has_left_when_its_lease_ends()
    {
        var server = await OwnServerAsync(Quick);
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol", server);
        var (caller, phone, third) = (await alice.ConnectsAsync(), await bob.ConnectsAsync(), await carol.ConnectsAsync());
        var call = await alice.CallsAsync(bob, carol);
        await bob.AnswersAsync(call.CallId);
        await carol.AnswersAsync(call.CallId);
        phone.Cut();
        var left = await caller.ReceivesAsync("participant_update", new { user_id = bob.Id, action = "left" });
        Assert.Equal("connection_lost", left.Data.Text("reason"));

        // The others' sockets have kept them in it for longer than a lease.
        Assert.Equal(2, (await alice.SeesCallAsync(call.CallId)).ParticipantStates.Count(party => party.State == ParticipantState.Joined));
        third.Cut();
        await caller.ReceivesAsync("participant_update", new { user_id = carol.Id, action = "left" });
        await alice.LeavesCallAsync(call.CallId);
        Assert.Equal("incoming ended connection_lost", await bob.OutcomeAsync(call.CallId));
    }

    [Fact, Rule("C60")]
    public async Task A_heartbeat_keeps_a_client_without_a_socket_in_the_call()
    {
        var server = await OwnServerAsync(Quick);
        var (alice, bob) = await PeopleAsync("alice", "bob", server);
        var caller = await alice.ConnectsAsync();
        var call = await alice.CallsAsync(bob);
        await bob.AnswersAsync(call.CallId);
        var answered = (await alice.SeesCallAsync(call.CallId)).StartedAt;
        while (DateTimeOffset.UtcNow < answered.AddSeconds(6))
        {
            await bob.PostAsync($"/calls/{call.CallId}/heartbeat").IsAsync(204);
        }

        (await (await bob.NewDeviceAsync()).PostAsync($"/calls/{call.CallId}/heartbeat")).MustBeRefused(Errors.NotInCall);
        Assert.Equal(CallStatus.Ongoing, (await alice.SeesCallAsync(call.CallId)).Status);
        await caller.HearsAsync(call.CallId, "ended");
        Assert.Equal("outgoing ended connection_lost", await alice.OutcomeAsync(call.CallId));
    }

    [Fact, Rule("C61")]
    public async Task When_all_have_crashed_the_call_ends_by_itself()
    {
        var server = await OwnServerAsync(Quick);
        var (alice, bob) = await PeopleAsync("alice", "bob", server);
        var (caller, phone) = (await alice.ConnectsAsync(), await bob.ConnectsAsync());
        var call = await alice.CallsAsync(bob);
        await bob.AnswersAsync(call.CallId);
        await phone.HearsAsync(call.CallId, "ongoing");
        caller.Cut();
        phone.Cut();
        var watching = await (await bob.NewDeviceAsync()).ConnectsAsync();
        await watching.HearsAsync(call.CallId, "ended");
        Assert.Equal("incoming ended connection_lost", await bob.OutcomeAsync(call.CallId));
        Assert.Empty(await alice.ActiveCallsAsync());

        var ringing = await alice.CallsAsync(bob);
        await watching.HearsAsync(ringing.CallId, "missed");
        Assert.Equal("incoming missed connection_lost", await bob.OutcomeAsync(ringing.CallId));
    }

    [Fact, Rule("C64")]
    public async Task Who_leaves_the_conversation_leaves_its_call()
    {
        var server = await OwnServerAsync(Quick);
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol", server);
        var (caller, phone) = (await alice.ConnectsAsync(), await bob.ConnectsAsync());
        var group = await alice.CreatesGroupAsync(bob, carol);
        var call = await alice.CallsAsync(bob, carol);
        await bob.AnswersAsync(call.CallId);
        await alice.RemovesAsync(bob, group);
        await caller.ReceivesAsync("participant_update", new { user_id = bob.Id, action = "left" });
        (await bob.Phone.TriesToJoinAsync(call.CallId)).MustBeRefused(Errors.NotAMember);
        await alice.DeleteAsync($"/conversations/{group.Id}").IsAsync(204);
        await caller.HearsAsync(call.CallId, "ended");
        Assert.Equal("incoming failed server", await carol.OutcomeAsync(call.CallId));
    }
}

public sealed class LeasesOnSqlite(Servers servers) : LeaseTests(servers, Db.Sqlite);

public sealed class LeasesOnPostgres(Servers servers) : LeaseTests(servers, Db.Postgres);
