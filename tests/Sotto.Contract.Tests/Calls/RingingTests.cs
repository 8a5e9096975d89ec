using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Calls;

/// <summary>From the ring to the answer, or to its end without one.</summary>
public abstract class RingingTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("C30", "C32", "C2")]
    public async Task All_devices_ring_and_the_first_to_answer_wins()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var laptop = await bob.NewDeviceAsync();
        var (caller, phone, other) = (await alice.ConnectsAsync(), await bob.ConnectsAsync(), await laptop.ConnectsAsync());

        var call = await alice.CallsAsync(bob);
        Assert.Equal(("initiated", CallType.Video, $"/api/v1/calls/{call.CallId}/signaling"), (call.Status, call.Type, call.SignalingUrl));
        Assert.Equal([alice.Id, bob.Id], call.Participants);
        foreach (var socket in new[] { phone, other })
        {
            var ring = await socket.RingsAsync(call.CallId);
            Assert.Equal(alice.Id, ring.Data.Id("caller_id"));
            Assert.Equal("video", ring.Data.Text("call_type"));
            Assert.Equal("False", ring.Data.GetProperty("is_waiting").GetBoolean().ToString());
        }

        await bob.RingsAsync(call.CallId);
        await caller.HearsAsync(call.CallId, "ringing");
        var entered = await laptop.AnswersAsync(call.CallId);
        Assert.Equal(("joined", call.SignalingUrl), (entered.Status, entered.SignalingUrl));
        await caller.HearsAsync(call.CallId, "ongoing");
        await caller.ReceivesAsync("participant_update", new { call_id = call.CallId, user_id = bob.Id, action = "joined", device_id = laptop.Id });
        await phone.ReceivesAsync("call_status_update", new { call_id = call.CallId, reason = "answered_elsewhere" });
        (await bob.Phone.TriesToJoinAsync(call.CallId)).MustBeRefused(Errors.AnsweredElsewhere);
        Assert.DoesNotContain(other.All, frame => frame.Data.Text("reason") == "answered_elsewhere");

        await laptop.PostAsync($"/calls/{call.CallId}/end").IsAsync(200);
        await caller.HearsAsync(call.CallId, "ended");
        await phone.HearsAsync(call.CallId, "ended");
        Assert.Equal("incoming ended hangup", await bob.OutcomeAsync(call.CallId));
        Assert.Equal("outgoing ended hangup", await alice.OutcomeAsync(call.CallId));
    }

    [Fact, Rule("C31")]
    public async Task Without_a_conversation_a_call_finds_the_one_of_these_people()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var direct = await alice.CreatesDirectAsync(bob);
        var call = await alice.CallsAsync(bob);
        Assert.Equal(direct.Id, call.ConversationId);
        await alice.EndsCallAsync(call.CallId);

        var group = await carol.CreatesGroupAsync(alice, bob);
        var larger = await carol.CreatesGroupAsync(alice, bob, await PersonAsync("dave"));
        call = await alice.CallsAsync(bob, carol);
        Assert.Equal(group.Id, call.ConversationId);
        await alice.EndsCallAsync(call.CallId);

        await carol.LeavesAsync(group);
        call = await alice.CallsAsync(bob, carol);
        Assert.DoesNotContain(call.ConversationId, new[] { group.Id, larger.Id, direct.Id });
        await alice.EndsCallAsync(call.CallId);
        var again = await bob.CallsAsync(alice, carol);
        Assert.Equal(call.ConversationId, again.ConversationId);
    }

    [Fact, Rule("C31")]
    public async Task A_conversation_says_who_is_called()
    {
        var (alice, bob, carol, dave) = await PeopleAsync("alice", "bob", "carol", "dave");
        var group = await alice.CreatesGroupAsync(bob, carol);
        var all = (await alice.PostAsync("/calls/initiate", new { conversation_id = group.Id, call_type = "audio" })).MustBe(200).Json.As<CallStarted>();
        Assert.Equal(new[] { alice.Id, bob.Id, carol.Id }.Order(), all.Participants.Order());
        await alice.EndsCallAsync(all.CallId);

        var one = (await alice.PostAsync("/calls/initiate", new { conversation_id = group.Id, participants = new[] { bob.Id }, call_type = "audio" })).MustBe(200).Json.As<CallStarted>();
        Assert.Equal([alice.Id, bob.Id], one.Participants);
        await alice.EndsCallAsync(one.CallId);

        (await alice.PostAsync("/calls/initiate", new { conversation_id = group.Id, participants = new[] { dave.Id }, call_type = "audio" })).MustBeRefused(Errors.ValidationError);
        (await dave.PostAsync("/calls/initiate", new { conversation_id = group.Id, call_type = "audio" })).MustBeRefused(Errors.NotAMember);
        (await alice.PostAsync("/calls/initiate", new { conversation_id = Guid.CreateVersion7(), call_type = "audio" })).MustBeRefused(Errors.ConversationNotFound);
        (await alice.PostAsync("/calls/initiate", new { participants = new[] { Guid.CreateVersion7() }, call_type = "audio" })).MustBeRefused(Errors.ValidationError);
        (await alice.PostAsync("/calls/initiate", new { participants = new[] { alice.Id }, call_type = "audio" })).MustBeRefused(Errors.ValidationError);
        (await alice.PostAsync("/calls/initiate", new { participants = new[] { bob.Id }, call_type = "hologram" })).MustBeRefused(Errors.ValidationError);
        (await alice.PostAsync("/calls/initiate", new { })).MustBeRefused(Errors.ValidationError);
        Assert.Empty(await alice.ActiveCallsAsync());
    }

    [Fact, Rule("C33", "C41")]
    public async Task A_decline_stops_every_device_and_tells_the_caller()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var laptop = await bob.NewDeviceAsync();
        var (caller, other) = (await alice.ConnectsAsync(), await laptop.ConnectsAsync());
        var call = await alice.CallsAsync(bob);
        await other.RingsAsync(call.CallId);

        await bob.DeclinesAsync(call.CallId);
        await caller.HearsAsync(call.CallId, "declined");
        await other.ReceivesAsync("call_status_update", new { call_id = call.CallId, participant_id = bob.Id, reason = "declined" });
        Assert.Equal("incoming declined declined", await bob.OutcomeAsync(call.CallId));
        Assert.Equal("outgoing declined declined", await alice.OutcomeAsync(call.CallId));
        (await bob.Phone.TriesToJoinAsync(call.CallId)).MustBeRefused(Errors.CallEnded);

        call = await alice.CallsAsync(bob);
        await bob.DeclinesAsync(call.CallId, "busy");
        Assert.Equal("outgoing declined busy", await alice.OutcomeAsync(call.CallId));
        (await alice.PostAsync($"/calls/{call.CallId}/decline", new { reason = "hangup" })).MustBeRefused(Errors.ValidationError);
    }

    [Fact, Rule("C34", "C39")]
    public async Task An_unanswered_call_is_missed_by_everybody_who_rang()
    {
        var server = await OwnServerAsync(("Calls:RingTime", "00:00:05"));
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol", server);
        var (caller, callee) = (await alice.ConnectsAsync(), await bob.ConnectsAsync());
        var call = await alice.CallsAsync(bob, carol);
        await callee.RingsAsync(call.CallId);
        await carol.DeclinesAsync(call.CallId);
        await caller.HearsAsync(call.CallId, "missed");
        await callee.HearsAsync(call.CallId, "missed");
        Assert.Equal("incoming missed no_answer", await bob.OutcomeAsync(call.CallId));
        Assert.Equal("incoming declined declined", await carol.OutcomeAsync(call.CallId));
        Assert.Equal(2, (await alice.ReadsHistoryAsync()).Count);

        call = await alice.CallsAsync(bob);
        await callee.RingsAsync(call.CallId);
        await alice.EndsCallAsync(call.CallId);
        await callee.HearsAsync(call.CallId, "missed");
        Assert.Equal("incoming missed cancelled", await bob.OutcomeAsync(call.CallId));
        Assert.Equal("outgoing missed cancelled", await alice.OutcomeAsync(call.CallId));
    }

    [Fact, Rule("C35")]
    public async Task Who_talks_is_knocked_at_and_is_in_one_call_only()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var phone = await bob.ConnectsAsync();
        var first = await alice.CallsAsync(bob);
        await bob.AnswersAsync(first.CallId);
        var second = await carol.CallsAsync(bob);
        Assert.True((await phone.RingsAsync(second.CallId)).Data.GetProperty("is_waiting").GetBoolean());

        var refused = (await bob.Phone.TriesToJoinAsync(second.CallId)).MustBeRefused(Errors.UserAlreadyInCall);
        Assert.Equal(first.CallId, refused.Id("call_id"));
        refused = (await alice.Phone.TriesToCallAsync(carol)).MustBeRefused(Errors.UserAlreadyInCall);
        Assert.Equal(first.CallId, refused.Id("call_id"));

        // Carol sits in her own call: to call who calls her would be to answer.
        var erin = await PersonAsync("erin");
        var third = await erin.CallsAsync(carol);
        refused = (await carol.Phone.TriesToCallAsync(erin)).MustBeRefused(Errors.UserAlreadyInCall);
        Assert.Equal(second.CallId, refused.Id("call_id"));
        await erin.EndsCallAsync(third.CallId);

        await bob.LeavesCallAsync(first.CallId);
        await bob.AnswersAsync(second.CallId);
        Assert.Equal([second.CallId], await bob.ActiveCallsAsync());
        Assert.Empty(await alice.ActiveCallsAsync());
    }

    [Fact, Rule("C36")]
    public async Task Two_who_call_each_other_are_in_one_call()
    {
        for (var i = 0; i < 10; i++)
        {
            var (alice, bob) = await PeopleAsync("alice", "bob");
            await alice.CreatesDirectAsync(bob);
            var calls = await Task.WhenAll(alice.CallsAsync(bob), bob.CallsAsync(alice));
            Assert.Equal(calls[0].CallId, calls[1].CallId);
            var seen = await alice.SeesCallAsync(calls[0].CallId);
            Assert.Equal(CallStatus.Ongoing, seen.Status);
            Assert.All(seen.ParticipantStates, party => Assert.Equal(ParticipantState.Joined, party.State));
            await alice.EndsCallAsync(calls[0].CallId);
            Assert.Single(await bob.ReadsHistoryAsync());
        }
    }

    [Fact, Rule("C38")]
    public async Task A_device_that_comes_while_it_rings_rings()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var call = await alice.CallsAsync(bob);
        await (await bob.ConnectsAsync()).RingsAsync(call.CallId);
        var laptop = await bob.NewDeviceAsync();
        await (await laptop.ConnectsAsync()).RingsAsync(call.CallId);
        await alice.EndsCallAsync(call.CallId);
        var late = await bob.ConnectsAsync();
        await late.ReceivesNoAsync(frame => frame.Type == "incoming_call", await SettledAsync(bob));
    }

    [Fact, Rule("C40", "C3")]
    public async Task A_call_is_shown_to_its_people_only()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var call = await alice.CallsAsync(bob);
        foreach (var person in new[] { alice, bob })
        {
            var answer = (await person.GetAsync($"/calls/{call.CallId}")).MustBe(200);
            Assert.Equal(System.Text.Json.JsonValueKind.Null, answer.Json.GetProperty("ended_at").ValueKind);
            Assert.Equal([call.CallId], await person.ActiveCallsAsync());
        }

        (await carol.GetAsync($"/calls/{call.CallId}")).MustBeRefused(Errors.PermissionDenied);
        (await alice.GetAsync($"/calls/{Guid.CreateVersion7()}")).MustBeRefused(Errors.CallNotFound);
        foreach (var path in new[] { "join", "ringing", "decline", "leave", "end", "heartbeat" })
        {
            (await carol.PostAsync($"/calls/{call.CallId}/{path}")).MustBeRefused(Errors.PermissionDenied);
            (await carol.PostAsync($"/calls/{Guid.CreateVersion7()}/{path}")).MustBeRefused(Errors.CallNotFound);
        }

        Assert.Empty(await carol.ActiveCallsAsync());
        await alice.EndsCallAsync(call.CallId);
        Assert.NotNull((await bob.SeesCallAsync(call.CallId)).EndedAt);
        foreach (var path in new[] { "join", "ringing", "decline", "leave", "end", "heartbeat" })
        {
            (await bob.PostAsync($"/calls/{call.CallId}/{path}")).MustBeRefused(Errors.CallEnded);
        }
    }

    [Fact, Rule("C42", "C5", "C6", "C7")]
    public async Task Of_several_the_caller_and_admins_end_it_and_others_leave()
    {
        var (alice, bob, carol, dave) = await PeopleAsync("alice", "bob", "carol", "dave");
        var group = await dave.CreatesGroupAsync(alice, bob, carol);
        var call = (await alice.PostAsync("/calls/initiate", new { conversation_id = group.Id, call_type = "audio" })).MustBe(200).Json.As<CallStarted>();
        await bob.AnswersAsync(call.CallId);
        await carol.AnswersAsync(call.CallId);
        await bob.EndsCallAsync(call.CallId);
        Assert.Equal(CallStatus.Ongoing, (await alice.SeesCallAsync(call.CallId)).Status);
        Assert.Empty(await bob.ActiveCallsAsync());
        await bob.AnswersAsync(call.CallId);
        await dave.AnswersAsync(call.CallId);
        await dave.EndsCallAsync(call.CallId);
        Assert.Equal(CallStatus.Ended, (await alice.SeesCallAsync(call.CallId)).Status);
        foreach (var person in new[] { bob, carol, dave })
        {
            Assert.Equal("incoming ended hangup", await person.OutcomeAsync(call.CallId));
        }
    }

    [Fact, Rule("C2", "C32")]
    public async Task Of_ten_devices_that_answer_at_once_one_is_in_the_call()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var devices = new List<TestDevice> { bob.Phone };
        while (devices.Count < 10)
        {
            devices.Add(await bob.NewDeviceAsync($"device {devices.Count}"));
        }

        var call = await alice.CallsAsync(bob);
        await Task.WhenAll(devices.Select(device => device.PostAsync($"/calls/{call.CallId}/ringing").IsAsync(204)));
        var answers = await Task.WhenAll(devices.Select(device => device.TriesToJoinAsync(call.CallId)));
        var winner = devices[Array.FindIndex(answers, answer => answer.Status == 200)];
        Assert.All(answers.Where(answer => answer.Status != 200), answer => answer.MustBeRefused(Errors.AnsweredElsewhere));
        Assert.Equal(9, answers.Count(answer => answer.Status != 200));
        Assert.Equal(winner.Id, (await alice.SeesCallAsync(call.CallId)).ParticipantStates[1].DeviceId);
        await alice.EndsCallAsync(call.CallId);
        Assert.Equal("incoming ended hangup", await bob.OutcomeAsync(call.CallId));
    }

    [Fact, Rule("C7")]
    public async Task The_seventh_finds_a_mesh_full()
    {
        var people = await PeopleAsync(null, "alice", "bob", "carol", "dave", "erin", "frank", "grace");
        var call = await people[0].CallsAsync([.. people.Skip(1)]);
        foreach (var person in people.Skip(1).Take(5))
        {
            await person.AnswersAsync(call.CallId);
        }

        (await people[6].Phone.TriesToJoinAsync(call.CallId)).MustBeRefused(Errors.CallFull);
        await people[3].LeavesCallAsync(call.CallId);
        await people[6].AnswersAsync(call.CallId);
        Assert.Equal(6, (await people[6].SeesCallAsync(call.CallId)).ParticipantStates.Count(party => party.State == ParticipantState.Joined));
    }
}

public sealed class RingingOnSqlite(Servers servers) : RingingTests(servers, Db.Sqlite);

public sealed class RingingOnPostgres(Servers servers) : RingingTests(servers, Db.Postgres);
