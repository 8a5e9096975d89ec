using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Calls;

/// <summary>What devices of a call tell each other through the server.</summary>
public abstract class SignallingTests(Servers servers, Db db) : Play(servers, db)
{
    private static readonly string Forged = Guid.CreateVersion7().ToString();

    [Fact, Rule("C50", "C51")]
    public async Task A_signal_reaches_the_other_side_with_the_true_sender()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var (first, second, third) = (await alice.ConnectsAsync(), await bob.ConnectsAsync(), await carol.ConnectsAsync());
        var call = await alice.CallsAsync(bob, carol);
        await bob.AnswersAsync(call.CallId);
        await carol.AnswersAsync(call.CallId);

        await first.SendAsync($$$"""{"type": "offer", "sdp": "v=0\r\n", "user_id": "{{{Forged}}}", "device_\u0069d": "{{{Forged}}}", "more": {"a": [1, null]}}""");
        foreach (var socket in new[] { second, third })
        {
            var offer = await socket.ReceivesAsync("offer", (Frame frame) => frame.Json.Text("sdp") == "v=0\r\n");
            Assert.Equal((alice.Id, alice.Phone.Id, call.CallId), (offer.Json.Id("user_id"), offer.Json.Id("device_id"), offer.Json.Id("call_id")));
            Assert.Equal("""{"a": [1, null]}""", offer.Json.GetProperty("more").GetRawText());
        }

        await second.SendAsync(new { type = "answer", sdp = "for alice", target_user_id = alice.Id, call_id = call.CallId });
        Assert.Equal("for alice", (await first.ReceivesAsync("answer")).Json.Text("sdp"));
        await second.SendAsync(new { type = "ice-candidate", candidate = "for carol's phone", target_device_id = carol.Phone.Id });
        Assert.Equal("for carol's phone", (await third.ReceivesAsync("ice-candidate")).Json.Text("candidate"));
        await second.SendAsync(new { type = "mute", muted = true, target_user_id = alice.Id });
        await second.SendAsync(new { type = "mute", muted = false });
        Assert.True((await first.ReceivesAsync("participant_muted")).Json.GetProperty("muted").GetBoolean());
        Assert.False((await third.ReceivesAsync("participant_muted")).Json.GetProperty("muted").GetBoolean());
        await second.SendAsync("""{"type": "ice-candidate", "candidate": {"candidate": "a", "sdpMid": null}}""");
        Assert.Equal("""{"candidate": "a", "sdpMid": null}""", (await first.ReceivesAsync("ice-candidate")).Json.GetProperty("candidate").GetRawText());
        await second.SendAsync("""{"type": "ice-candidate", "candidate": null}""");
        Assert.Equal("null", (await first.ReceivesAsync("ice-candidate")).Json.GetProperty("candidate").GetRawText());
        Assert.DoesNotContain(third.All, frame => frame.Type == "answer");
    }

    [Fact, Rule("C56")]
    public async Task Switches_reach_the_others_under_their_own_names()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var (first, second) = (await alice.ConnectsAsync(), await bob.ConnectsAsync());
        var call = await alice.CallsAsync(bob);
        await bob.AnswersAsync(call.CallId);
        foreach (var (type, field, heard) in new[]
        {
            ("mute", "muted", "participant_muted"), ("video_toggle", "video_enabled", "participant_video"), ("screen_share", "sharing", "participant_screen"),
            ("raise_hand", "raised", "participant_hand"),
        })
        {
            await second.SendAsync($$"""{"type": "{{type}}", "{{field}}": true, "user_id": "{{Forged}}"}""");
            var frame = await first.ReceivesAsync(heard, (Frame _) => true);
            Assert.True(frame.Json.GetProperty(field).GetBoolean());
            Assert.Equal((bob.Id, bob.Phone.Id, call.CallId), (frame.Json.Id("user_id"), frame.Json.Id("device_id"), frame.Json.Id("call_id")));
            Assert.Equal("VALIDATION_ERROR", (await second.AsksAsync($$"""{"type": "{{type}}"}""")).Data.Text("error_code"));
        }
    }

    [Fact, Rule("C52", "C55")]
    public async Task Nobody_signals_from_outside_or_hears_it()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var laptop = await bob.NewDeviceAsync();
        var (caller, phone, stranger, other) = (await alice.ConnectsAsync(), await bob.ConnectsAsync(), await carol.ConnectsAsync(), await laptop.ConnectsAsync());
        async Task RefusesAsync(Socket socket, object frame, ErrorCode error) => Assert.Equal(error.Code, (await socket.AsksAsync(frame)).Data.Text("error_code"));
        object Offer(Guid? callId = null, Guid? target = null) => new { type = "offer", sdp = "v=0", call_id = callId, target_user_id = target };

        await RefusesAsync(caller, Offer(), Errors.NotInCall);
        var call = await alice.CallsAsync(bob);
        await RefusesAsync(caller, Offer(), Errors.NotInCall);                  // nobody to hear it yet
        await RefusesAsync(phone, Offer(call.CallId), Errors.NotInCall);        // rings, but hasn't answered
        await RefusesAsync(stranger, Offer(call.CallId), Errors.PermissionDenied);
        await RefusesAsync(stranger, Offer(Guid.CreateVersion7()), Errors.CallNotFound);
        await bob.AnswersAsync(call.CallId);
        await RefusesAsync(other, Offer(call.CallId), Errors.NotInCall);
        await RefusesAsync(caller, Offer(call.CallId, carol.Id), Errors.NotInCall);
        await RefusesAsync(caller, new { type = "offer" }, Errors.ValidationError);
        await caller.SendAsync(new { type = "offer", sdp = "heard" });
        await phone.ReceivesAsync("offer", (Frame frame) => frame.Json.Text("sdp") == "heard");

        await alice.LeavesCallAsync(call.CallId);
        await RefusesAsync(caller, Offer(call.CallId), Errors.CallEnded);
        foreach (var socket in new[] { stranger, other })
        {
            Assert.DoesNotContain(socket.All, frame => frame.Type == "offer");
        }
    }

    [Fact, Rule("C53")]
    public async Task On_the_signaling_url_the_call_is_implied()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var phone = await bob.ConnectsAsync();
        var call = await alice.CallsAsync(bob);
        await bob.AnswersAsync(call.CallId);
        var socket = await alice.Phone.OpensAsync($"{call.SignalingUrl}?token={alice.Phone.AccessToken}");
        await socket.ReceivesAsync("auth_ok");
        await socket.SendAsync(new { type = "offer", sdp = "from there" });
        Assert.Equal("from there", (await phone.ReceivesAsync("offer", (Frame _) => true)).Json.Text("sdp"));

        Assert.Equal(4005, await (await carol.Phone.OpensAsync($"{call.SignalingUrl}?token={carol.Phone.AccessToken}")).IsClosedAsync());
        Assert.Equal(4004, await (await carol.Phone.OpensAsync($"/api/v1/calls/{Guid.CreateVersion7()}/signaling?token={carol.Phone.AccessToken}")).IsClosedAsync());
        await bob.EndsCallAsync(call.CallId);
        Assert.Equal(4004, await (await bob.Phone.OpensAsync($"{call.SignalingUrl}?token={bob.Phone.AccessToken}")).IsClosedAsync());
    }

    [Fact, Rule("C54")]
    public async Task A_huge_signal_is_refused_and_the_call_goes_on()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var (caller, phone) = (await alice.ConnectsAsync(), await bob.ConnectsAsync());
        var call = await alice.CallsAsync(bob);
        await bob.AnswersAsync(call.CallId);
        Assert.Equal("PAYLOAD_TOO_LARGE", (await caller.AsksAsync(new { type = "offer", sdp = new string('v', 200_000) })).Data.Text("error_code"));
        await caller.SendAsync(new { type = "offer", sdp = new string('v', 1_000_000) });
        await caller.IsClosedAsync(CloseCodes.TooLarge);
        Assert.Equal(CallStatus.Ongoing, (await bob.SeesCallAsync(call.CallId)).Status);
        caller = await alice.ConnectsAsync();
        await caller.SendAsync(new { type = "offer", sdp = "small" });
        Assert.Equal("small", (await phone.ReceivesAsync("offer", (Frame _) => true)).Json.Text("sdp"));
    }
}

public sealed class SignallingOnSqlite(Servers servers) : SignallingTests(servers, Db.Sqlite);

public sealed class SignallingOnPostgres(Servers servers) : SignallingTests(servers, Db.Postgres);
