using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Calls;

/// <summary>The server is killed while a call is in each of its states; afterwards everybody's history is right, once.</summary>
public abstract class CrashTests(Servers servers, Db db) : Play(servers, db)
{
    /// <summary>Nobody comes back: what was not over is over when the leases are.</summary>
    [Theory, Rule("C62", "C1")]
    [InlineData("initiating", "missed connection_lost")]
    [InlineData("ringing", "missed connection_lost")]
    [InlineData("ongoing", "ended connection_lost")]
    [InlineData("declined", "declined declined")]
    [InlineData("cancelled", "missed cancelled")]
    [InlineData("ended", "ended hangup")]
    public async Task Killed_in_any_state_a_call_has_one_right_outcome(string state, string outcome)
    {
        var server = await OwnServerAsync(("Calls:Lease", "00:00:05"));
        var (alice, bob) = await PeopleAsync("alice", "bob", server);
        var phone = await bob.ConnectsAsync();
        var call = await alice.CallsAsync(bob);
        await phone.RingsAsync(call.CallId);
        await (state switch
        {
            "ringing" => bob.RingsAsync(call.CallId),
            "declined" => bob.DeclinesAsync(call.CallId),
            "cancelled" => alice.EndsCallAsync(call.CallId),
            "ongoing" => bob.AnswersAsync(call.CallId),
            "ended" => bob.AnswersAsync(call.CallId),
            _ => Task.CompletedTask,
        });
        if (state == "ended")
        {
            await bob.EndsCallAsync(call.CallId);
        }

        await server.KillAsync();
        await server.StartAsync();

        // Sockets of other devices, which are in no call, see it end, or find it over.
        var watching = await (await bob.NewDeviceAsync()).ConnectsAsync();
        if ((await bob.ActiveCallsAsync()).Count > 0)
        {
            await watching.ReceivesAsync("call_status_update", (Frame frame) => frame.Data.Text("end_reason") is not null);
        }

        Assert.Equal("incoming " + outcome, await bob.OutcomeAsync(call.CallId));
        Assert.Equal("outgoing " + outcome, await alice.OutcomeAsync(call.CallId));
        Assert.Empty(await alice.ActiveCallsAsync());
    }

    [Fact, Rule("C62")]
    public async Task Whose_devices_come_back_in_time_keep_their_call()
    {
        var server = await OwnServerAsync(("Calls:Lease", "00:00:15"), ("Calls:RingTime", "00:00:20"));
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol", server);
        var (caller, phone) = (await alice.ConnectsAsync(), await bob.ConnectsAsync());
        var call = await alice.CallsAsync(bob);
        await phone.RingsAsync(call.CallId);
        await bob.AnswersAsync(call.CallId);
        var ringing = await carol.CallsAsync(bob);
        await server.KillAsync();
        await server.StartAsync();

        (caller, phone) = (await alice.ConnectsAsync(), await bob.ConnectsAsync());
        await phone.RingsAsync(ringing.CallId);
        await caller.SendAsync(new { type = "offer", sdp = "again" });
        Assert.Equal("again", (await phone.ReceivesAsync("offer", (Frame _) => true)).Json.Text("sdp"));
        await phone.HearsAsync(ringing.CallId, "missed");
        Assert.Equal(CallStatus.Ongoing, (await alice.SeesCallAsync(call.CallId)).Status);
        await bob.EndsCallAsync(call.CallId);
        await caller.HearsAsync(call.CallId, "ended");
        Assert.Equal("incoming ended hangup", await bob.OutcomeAsync(call.CallId));
    }
}

public sealed class CallCrashesOnSqlite(Servers servers) : CrashTests(servers, Db.Sqlite);

public sealed class CallCrashesOnPostgres(Servers servers) : CrashTests(servers, Db.Postgres);
