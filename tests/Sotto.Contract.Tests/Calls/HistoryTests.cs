using System.Security.Cryptography;
using System.Text;
using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Calls;

/// <summary>What is left of a call, and what it needs to connect.</summary>
public abstract class HistoryTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("C70", "C20", "C21")]
    public async Task Everybody_finds_what_the_call_was_for_them()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var group = await alice.CreatesGroupAsync(bob, carol);
        var call = await alice.CallsAsync(bob, carol);
        await bob.AnswersAsync(call.CallId);
        var answered = (await alice.SeesCallAsync(call.CallId)).StartedAt;
        await carol.DeclinesAsync(call.CallId);
        await alice.EndsCallAsync(call.CallId);

        var entry = Assert.Single(await bob.ReadsHistoryAsync());
        Assert.Equal((call.CallId, group.Id, alice.Id, bob.Id), (entry.CallId, entry.ConversationId, entry.CallerId, entry.CalleeId));
        Assert.Equal((CallType.Video, CallStatus.Ended, CallDirection.Incoming, EndReason.Hangup), (entry.CallType, entry.Status, entry.Direction, entry.EndReason));
        Assert.Equal(answered, entry.StartedAt);
        Assert.Equal((long)(entry.EndedAt - entry.StartedAt).TotalSeconds, entry.Duration);
        Assert.Equal("incoming declined declined", await carol.OutcomeAsync(call.CallId));
        Assert.Equal(new[] { bob.Id, carol.Id }.Order(), (await alice.ReadsHistoryAsync()).Select(one => one.CalleeId).Order());
        Assert.All(await alice.ReadsHistoryAsync(), one => Assert.Equal(CallDirection.Outgoing, one.Direction));
    }

    [Fact, Rule("C22", "C20")]
    public async Task An_entry_is_there_while_others_still_talk()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var dave = await PersonAsync("dave");
        var call = await alice.CallsAsync(bob, carol, dave);
        await bob.AnswersAsync(call.CallId);
        await dave.AnswersAsync(call.CallId);
        await carol.DeclinesAsync(call.CallId);
        await dave.LeavesCallAsync(call.CallId);
        Assert.Equal("incoming declined declined", await carol.OutcomeAsync(call.CallId));
        Assert.Equal("incoming ended hangup", await dave.OutcomeAsync(call.CallId));
        Assert.Empty(await bob.ReadsHistoryAsync());

        await carol.AnswersAsync(call.CallId);
        Assert.Empty(await carol.ReadsHistoryAsync());
        await alice.EndsCallAsync(call.CallId);
        Assert.Equal("incoming ended hangup", await carol.OutcomeAsync(call.CallId));
        Assert.Equal(3, (await alice.ReadsHistoryAsync()).Count);
    }

    [Fact, Rule("C74")]
    public async Task A_call_that_goes_on_adds_nothing_about_who_is_erased()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var call = await alice.CallsAsync(bob, carol);
        await bob.AnswersAsync(call.CallId);
        await carol.AnswersAsync(call.CallId);
        await carol.DeleteAsync("/users/me").IsAsync(204);
        await alice.EndsCallAsync(call.CallId);
        Assert.Equal([bob.Id], (await alice.ReadsHistoryAsync()).Select(entry => entry.CalleeId));
    }

    [Fact, Rule("C71")]
    public async Task The_history_is_filtered_and_paged()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var calls = new List<CallStarted>();
        foreach (var other in new[] { bob, carol, bob, carol, bob })
        {
            calls.Add(await alice.CallsAsync(other));
            await alice.EndsCallAsync(calls[^1].CallId);
        }

        var withBob = (await alice.GetAsync($"/calls/history?conversation_id={calls[0].ConversationId}&skip=1&limit=1")).MustBe(200).Json.As<Page<CallLog>>();
        Assert.Equal((3, calls[2].CallId), (withBob.Count, Assert.Single(withBob.Data).CallId));
        Assert.Equal(calls.Select(call => call.CallId).Reverse(), (await alice.ReadsHistoryAsync()).Select(one => one.CallId));
        var first = (await alice.GetAsync("/calls/history?limit=2")).MustBe(200).Json.As<Page<CallLog>>();
        await bob.EndsCallAsync((await bob.CallsAsync(alice)).CallId);
        var second = (await alice.GetAsync($"/calls/history?limit=3&before={first.Data[1].Id}")).MustBe(200).Json.As<Page<CallLog>>();
        Assert.Equal((true, false), (first.HasMore, second.HasMore));
        Assert.Equal(calls.Select(call => call.CallId).Reverse(), first.Data.Concat(second.Data).Select(one => one.CallId));
        (await alice.GetAsync("/calls/history?limit=101")).MustBeRefused(Errors.ValidationError);
        (await alice.GetAsync("/calls/history?conversation_id=7")).MustBeRefused(Errors.ValidationError);
    }

    [Fact, Rule("C72")]
    public async Task The_worst_participants_quality_is_the_entrys()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var call = await alice.CallsAsync(bob, carol);
        await bob.AnswersAsync(call.CallId);
        Task<Answer> ReportAsync(Person person, object report) => person.PostAsync($"/calls/{call.CallId}/quality", report);
        await ReportAsync(alice, new { quality = "poor" }).IsAsync(204);
        await ReportAsync(alice, new { quality = "good", connection_type = "wifi", bandwidth_avg = "2.5mbps" }).IsAsync(204);
        (await ReportAsync(carol, new { quality = "good" })).MustBeRefused(Errors.NotInCall);
        (await ReportAsync(bob, new { packet_loss = 101, latency_avg = -1 })).MustBeRefused(Errors.ValidationError);
        await alice.EndsCallAsync(call.CallId);
        await ReportAsync(bob, new { quality = "fair", packet_loss = 2.5, latency_avg = 80, samples = new[] { new { at = 1, rtt = 80 } } }).IsAsync(204);

        var metadata = Assert.Single(await bob.ReadsHistoryAsync()).CallMetadata!;
        Assert.Equal((CallQuality.Fair, "wifi", "2.5mbps", 2.5, 80d), (metadata.Quality, metadata.ConnectionType, metadata.BandwidthAvg, metadata.PacketLoss, metadata.LatencyAvg));
        Assert.Null(metadata.Samples);
        var ofCarol = (await alice.ReadsHistoryAsync()).Single(entry => entry.CalleeId == carol.Id);
        Assert.Equal(CallQuality.Good, ofCarol.CallMetadata!.Quality);
    }

    [Fact, Rule("C74")]
    public async Task The_history_goes_with_the_user()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var phone = await bob.ConnectsAsync();
        var call = await alice.CallsAsync(bob);
        await alice.EndsCallAsync(call.CallId);
        var export = (await alice.GetAsync("/users/me/export")).MustBe(200).Json.As<UserExport>();
        Assert.Equal([call.CallId], export.Calls!.Select(one => one.CallId));
        Assert.Equal([call.CallId], (await bob.GetAsync("/users/me/export")).Json.As<UserExport>().Calls!.Select(one => one.CallId));

        var live = await alice.CallsAsync(bob);
        await alice.DeleteAsync("/users/me").IsAsync(204);
        await phone.HearsAsync(live.CallId, "missed");
        Assert.Equal(2, (await bob.ReadsHistoryAsync()).Count);
    }

    [Fact, Rule("C80", "C81")]
    public async Task Credentials_for_the_relay_name_nobody_and_end()
    {
        var server = await OwnServerAsync(
            ("Calls:StunUrls", "stun:turn.example.org:3478"), ("Calls:TurnUrls", "turn:turn.example.org:3478?transport=udp turn:turn.example.org:3478?transport=tcp"),
            ("Calls:TurnSecret", "a secret of both"));
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol", server);
        var call = await alice.CallsAsync(bob);
        Assert.Equal(["stun:turn.example.org:3478"], call.IceServers[0].Urls);
        var relay = call.IceServers[1];
        Assert.Equal(2, relay.Urls.Count);
        var parts = relay.Username!.Split(':');
        Assert.InRange(DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts[0])) - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(10));
        Assert.Matches("^[0-9a-f]{32}$", parts[1]);
#pragma warning disable CA5350
        Assert.Equal(Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes("a secret of both"), Encoding.UTF8.GetBytes(relay.Username))), relay.Credential);
#pragma warning restore CA5350

        var fresh = (await bob.GetAsync($"/calls/{call.CallId}/ice-servers")).MustBe(200).Json.As<IceServerList>();
        Assert.NotEqual(parts[1], fresh.IceServers[1].Username!.Split(':')[1]);
        Assert.NotNull(fresh.ExpiresAt);
        (await carol.GetAsync($"/calls/{call.CallId}/ice-servers")).MustBeRefused(Errors.PermissionDenied);
        Assert.Equal(relay.Username.Split(':')[1], (await alice.GetAsync($"/calls/{call.CallId}/ice-servers")).Json.As<IceServerList>().IceServers[1].Username!.Split(':')[1]);
        await alice.EndsCallAsync(call.CallId);
        (await alice.GetAsync($"/calls/{call.CallId}/ice-servers")).MustBeRefused(Errors.CallEnded);
        Assert.NotEqual(parts[1], (await alice.CallsAsync(bob)).IceServers[1].Username!.Split(':')[1]);
    }
}

public sealed class CallHistoryOnSqlite(Servers servers) : HistoryTests(servers, Db.Sqlite);

public sealed class CallHistoryOnPostgres(Servers servers) : HistoryTests(servers, Db.Postgres);
