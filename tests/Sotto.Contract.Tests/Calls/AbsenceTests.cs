using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Calls;

/// <summary>Several devices of one person, and devices that were away.</summary>
public abstract class AbsenceTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("C2")]
    public async Task What_another_device_does_comes_too_late()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var (laptop, tablet) = (await bob.NewDeviceAsync(), await alice.NewDeviceAsync());
        var call = await alice.CallsAsync(bob);
        await bob.AnswersAsync(call.CallId);
        foreach (var device in new[] { laptop, tablet })
        {
            foreach (var move in new[] { "decline", "leave", "end", "join" })
            {
                (await device.PostAsync($"/calls/{call.CallId}/{move}")).MustBeRefused(Errors.AnsweredElsewhere);
            }
        }

        Assert.Equal(CallStatus.Ongoing, (await alice.SeesCallAsync(call.CallId)).Status);
        await bob.LeavesCallAsync(call.CallId);
    }

    [Fact, Rule("C2", "C1")]
    public async Task Of_an_answer_and_a_refusal_at_once_one_holds()
    {
        for (var i = 0; i < 10; i++)
        {
            var (alice, bob) = await PeopleAsync("alice", "bob");
            var laptop = await bob.NewDeviceAsync();
            var call = await alice.CallsAsync(bob);
            var (answer, refusal) = (bob.Phone.TriesToJoinAsync(call.CallId), laptop.PostAsync($"/calls/{call.CallId}/decline"));
            await Task.WhenAll(answer, refusal);
            Assert.NotEqual((await answer).Status == 200, (await refusal).Status == 204);
            Assert.Equal((await answer).Status == 200 ? CallStatus.Ongoing : CallStatus.Declined, (await alice.SeesCallAsync(call.CallId)).Status);
        }
    }

    [Fact, Rule("C45")]
    public async Task Who_was_away_hears_that_it_rings_no_more()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var laptop = await bob.NewDeviceAsync();
        var phone = await bob.ConnectsAsync();
        var cancelled = await alice.CallsAsync(bob);
        await phone.RingsAsync(cancelled.CallId);
        phone.Cut();
        await alice.EndsCallAsync(cancelled.CallId);
        phone = await bob.ConnectsAsync();
        await phone.HearsAsync(cancelled.CallId, "missed");

        var answered = await alice.CallsAsync(bob);
        await phone.RingsAsync(answered.CallId);
        phone.Cut();
        await laptop.AnswersAsync(answered.CallId);
        phone = await bob.ConnectsAsync();
        await phone.ReceivesAsync("call_status_update", new { call_id = answered.CallId, reason = "answered_elsewhere" });
        await alice.EndsCallAsync(answered.CallId);
    }

    [Fact, Rule("C45")]
    public async Task A_caller_who_was_away_hears_who_has_come()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var caller = await alice.ConnectsAsync();
        var call = await alice.CallsAsync(bob);
        caller.Cut();
        await bob.AnswersAsync(call.CallId);
        caller = await alice.ConnectsAsync();
        await caller.HearsAsync(call.CallId, "ongoing");
        await caller.ReceivesAsync("participant_update", new { call_id = call.CallId, user_id = bob.Id, action = "joined", device_id = bob.Phone.Id });
        await alice.EndsCallAsync(call.CallId);
    }

    [Fact, Rule("C65")]
    public async Task A_device_that_is_shut_out_leaves_its_call()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var (caller, laptop) = (await alice.ConnectsAsync(), await bob.NewDeviceAsync());
        var call = await alice.CallsAsync(bob);
        await laptop.AnswersAsync(call.CallId);
        var before = DateTimeOffset.UtcNow;
        await laptop.PostAsync("/auth/logout").IsAsync(204);
        await caller.HearsAsync(call.CallId, "ended");

        call = await alice.CallsAsync(bob);
        laptop = await bob.NewDeviceAsync();
        await laptop.AnswersAsync(call.CallId);
        await bob.DeleteAsync($"/devices/{laptop.Id}").IsAsync(204);
        await caller.HearsAsync(call.CallId, "ended");
        Assert.Equal("incoming ended hangup", await bob.OutcomeAsync(call.CallId));
        Assert.True(DateTimeOffset.UtcNow - before < TimeSpan.FromSeconds(25), "It was the lease that ended them.");
    }

    [Fact, Rule("C64")]
    public async Task Who_is_removed_is_put_out_without_a_socket_too()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var dave = await PersonAsync("dave");
        var group = await alice.CreatesGroupAsync(bob, carol, dave);
        var phone = await dave.ConnectsAsync();
        var call = await alice.CallsAsync(bob, carol, dave);
        await bob.AnswersAsync(call.CallId);
        await carol.AnswersAsync(call.CallId);
        await alice.RemovesAsync(carol, group);
        await Patience.UntilAsync(async () => (await carol.PostAsync($"/calls/{call.CallId}/heartbeat")).Status == 409, "Somebody who was removed is still in the call.");
        await alice.RemovesAsync(dave, group);
        await phone.ReceivesAsync("call_status_update", new { call_id = call.CallId, participant_id = dave.Id, reason = "failed" });
        Assert.Empty(await dave.ActiveCallsAsync());

        await alice.DeleteAsync($"/conversations/{group.Id}").IsAsync(204);
        await Patience.UntilAsync(async () => (await bob.PostAsync($"/calls/{call.CallId}/heartbeat")).Status == 409, "The call goes on without its conversation.");
        Assert.Equal("incoming ended server", await bob.OutcomeAsync(call.CallId));
    }

    [Fact, Rule("C44", "C31")]
    public async Task A_refused_call_leaves_nothing_behind()
    {
        var server = await OwnServerAsync(("RateLimits:CallsPerHour", "2"));
        var (alice, bob, carol, dave) = await PeopleAsync("alice", "bob", "carol", "dave", server);
        var call = await alice.CallsAsync(bob);
        (await alice.Phone.TriesToCallAsync(carol)).MustBeRefused(Errors.UserAlreadyInCall);
        (await alice.Phone.TriesToCallAsync(carol, dave)).MustBeRefused(Errors.UserAlreadyInCall);
        await alice.EndsCallAsync(call.CallId);
        await alice.EndsCallAsync((await alice.CallsAsync(bob)).CallId);
        (await alice.Phone.TriesToCallAsync(carol, dave)).MustBeRefused(Errors.RateLimited);
        Assert.Equal(0, (await carol.GetAsync("/conversations/").AsAsync<Page<Conversation>>()).Count);
        Assert.Equal(1, (await alice.GetAsync("/conversations/").AsAsync<Page<Conversation>>()).Count);
    }

    [Fact, Rule("C31", "C36")]
    public async Task The_group_of_these_people_is_made_once_also_when_all_call_at_once()
    {
        for (var i = 0; i < 5; i++)
        {
            var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
            var calls = await Task.WhenAll(alice.Phone.TriesToCallAsync(bob, carol), bob.Phone.TriesToCallAsync(carol, alice), carol.Phone.TriesToCallAsync(alice, bob));
            Assert.All(calls, answer => Assert.Equal(200, answer.Status));
            Assert.Single(calls.Select(answer => (answer.Json.Id("conversation_id"), answer.Json.Id("call_id"))).Distinct());
            Assert.All((await alice.SeesCallAsync(calls[0].Json.Id("call_id"))).ParticipantStates, party => Assert.Equal(ParticipantState.Joined, party.State));
            Assert.Equal(1, (await alice.GetAsync("/conversations/").AsAsync<Page<Conversation>>()).Count);
        }
    }
}

public sealed class AbsencesOnSqlite(Servers servers) : AbsenceTests(servers, Db.Sqlite);

public sealed class AbsencesOnPostgres(Servers servers) : AbsenceTests(servers, Db.Postgres);
