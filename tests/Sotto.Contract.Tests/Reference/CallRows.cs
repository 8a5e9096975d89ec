using Sotto.Contract.Tests.Calls;
using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Reference;

/// <summary>Calls over REST, what is signalled over the socket, and what comes of both.</summary>
internal static class CallRows
{
    private const string Signal = "{ type: string, call_id: uuid, user_id: uuid, device_id: uuid";

    public static IEnumerable<Row> All { get; } =
    [
        new RouteRow("POST /api/v1/calls/initiate", 200, "{ call_id: uuid, status: 'initiated', participants: uuid[+], type: CallType, signaling_url: string, ice_servers: IceServer[] }")
        {
            Sends = """{"participants": ["<bob>", "<carol>"], "call_type": "video"}""",
            With = """{"status": "initiated", "participants": ["<alice>", "<bob>", "<carol>"], "type": "video"}""",
        },
        new RouteRow("POST /api/v1/calls/initiate (audio)", 200) { Sends = """{"participants": ["<bob>"], "call_type": "audio"}""", With = """{"status": "initiated", "type": "audio"}""" },
        new RouteRow("POST /api/v1/calls/initiate (in a call already)", 400, "Error")
        {
            Before = CallsAsync, Sends = """{"participants": ["<dave>"], "call_type": "audio"}""", With = """{"error_code": "USER_ALREADY_IN_CALL"}""",
        },
        new RouteRow("POST /api/v1/calls/initiate (the eleventh within the hour)", 429, "Error & { retry_after: int }")
        {
            Settings = [("RateLimits:CallsPerHour", "")], Sends = """{"participants": ["<bob>"], "call_type": "audio"}""", AnswersHeaders = ["Retry-After"],
            Before = async scene =>
            {
                for (var i = 0; i < 10; i++)
                {
                    await scene.Alice.EndsCallAsync((await scene.Alice.CallsAsync(scene.Who("bob"))).CallId);
                }
            },
        },
        new RouteRow("POST /api/v1/calls/{call_id}/join", 200, "{ call_id: uuid, status: 'joined', signaling_url: string, ice_servers: IceServer[] }")
        {
            As = "bob", Before = CallsAsync, With = """{"call_id": "<call_id>", "status": "joined", "signaling_url": "/api/v1/calls/<call_id>/signaling"}""",
        },
        new RouteRow("POST /api/v1/calls/{call_id}/end", 200, "{ message: string }") { Before = CallsAsync, With = """{"message": "Call ended"}""" },
        new RouteRow("GET /api/v1/calls/{call_id}", 200, "Call & { initiated_at: time }")
        {
            Before = TalksAsync, With = """{"id": "<call_id>", "caller_id": "<alice>", "participants": ["<alice>", "<bob>"], "type": "video", "status": "ongoing", "ended_at": null}""",
        },
        new RouteRow("GET /api/v1/calls/{call_id} (over)", 200, "Call & { ended_at: time, end_reason: 'hangup' }") { As = "bob", Before = HangsUpAsync, With = """{"status": "ended"}""" },
        new RouteRow("GET /api/v1/calls/{nothing}", 404, "Error") { With = """{"error_code": "CALL_NOT_FOUND"}""" },
        new RouteRow("GET /api/v1/calls/", 200, "{ active_calls: Call[+] }")
        {
            As = "bob", Before = TalksAsync, With = """{"active_calls": [{"id": "<call_id>", "caller_id": "<alice>", "participants": ["<alice>", "<bob>"], "type": "video", "status": "ongoing"}]}""",
        },
        new RouteRow("GET /api/v1/calls/history", 200, "{ data: CallLog[+], count: int }")
        {
            As = "bob", Before = HangsUpAsync, Query = "?skip=0&limit=50&conversation_id=<conversation_id>",
            With =
                """
                {"data": [{"call_id": "<call_id>", "conversation_id": "<conversation_id>", "caller_id": "<alice>", "callee_id": "<bob>", "call_type": "video", "status": "ended",
                 "direction": "incoming", "call_metadata": {"quality": "good", "connection_type": "wifi", "bandwidth_avg": "2.5mbps"}}], "count": 1}
                """,
        },
        new RouteRow("POST /api/v1/calls/{call_id}/ringing", 204) { As = "bob", Before = CallsAsync },
        new RouteRow("POST /api/v1/calls/{call_id}/decline", 204) { As = "bob", Before = CallsAsync, Sends = """{"reason": "busy"}""" },
        new RouteRow("POST /api/v1/calls/{call_id}/leave", 204) { Before = TalksAsync },
        new RouteRow("POST /api/v1/calls/{call_id}/heartbeat", 204) { Before = TalksAsync },
        new RouteRow("POST /api/v1/calls/{call_id}/quality", 204)
        {
            Before = TalksAsync, Sends = """{"quality": "good", "connection_type": "wifi", "bandwidth_avg": "2.5mbps", "packet_loss": 0.5, "latency_avg": 40, "samples": [{"rtt": 40}]}""",
        },
        new RouteRow("GET /api/v1/calls/{call_id}/ice-servers", 200, "{ ice_servers: IceServer[], expires_at: time }")
        {
            As = "bob", Before = TalksAsync, Settings = [("Calls:TurnUrls", "turn:turn.example.org"), ("Calls:TurnSecret", "of both")],
        },
        Relayed("offer", """{"type": "offer", "sdp": "offer_sdp_here", "user_id": "<nothing>"}""", "offer", "sdp: string"),
        Relayed("answer", """{"type": "answer", "sdp": "answer_sdp_here", "user_id": "<nothing>"}""", "answer", "sdp: string"),
        Relayed("ice-candidate", """{"type": "ice-candidate", "candidate": "ice_candidate_here", "user_id": "<nothing>"}""", "ice-candidate", "candidate: string"),
        Relayed("mute", """{"type": "mute", "user_id": "<nothing>", "muted": true}""", "participant_muted", "muted: boolean"),
        Relayed("video_toggle", """{"type": "video_toggle", "user_id": "<nothing>", "video_enabled": false}""", "participant_video", "video_enabled: boolean"),
        Relayed("screen_share", """{"type": "screen_share", "sharing": true}""", "participant_screen", "sharing: boolean"),
        Relayed("raise_hand", """{"type": "raise_hand", "raised": true}""", "participant_hand", "raised: boolean"),
        new EventRow("event incoming_call", "{ call_id: uuid, caller_id: uuid, call_type: CallType, participants: uuid[+] }", CallsAsync)
        {
            With = """{"caller_id": "<alice>", "call_type": "video", "participants": ["<alice>", "<bob>"]}""",
        },
        new EventRow("event call_status_update", "{ call_id: uuid, status: CallStatus, participant_id: uuid }", scene => scene.Who("bob").RingsAsync(Guid.Parse(scene["call_id"])))
        {
            To = "alice", Before = CallsAsync, With = """{"call_id": "<call_id>", "status": "ringing", "participant_id": "<bob>"}""",
        },
        new EventRow("event participant_update", "{ call_id: uuid, user_id: uuid, action: 'joined' | 'left' }", scene => scene.Who("bob").AnswersAsync(Guid.Parse(scene["call_id"])))
        {
            To = "alice", Before = CallsAsync, With = """{"call_id": "<call_id>", "user_id": "<bob>", "action": "joined"}""",
        },
        new EventRow("event participant_update (left)", "{ call_id: uuid, user_id: uuid, action: 'joined' | 'left' }", scene => scene.Who("bob").LeavesCallAsync(Guid.Parse(scene["call_id"])))
        {
            To = "alice", Before = TalksAsync, With = """{"call_id": "<call_id>", "user_id": "<bob>", "action": "left"}""",
        },
    ];

    private static OtherRow Relayed(string type, string sent, string heard, string field) => new("frame " + type, async scene =>
    {
        await TalksAsync(scene);
        var receiver = await scene.SocketAsync("bob");
        await (await scene.SocketAsync("alice")).SendAsync(scene.Fill(sent));
        var frame = await receiver.ReceivesAsync(heard, (Frame _) => true);
        Assert.Empty(Shape.Failures($"{Signal}, {field} }}", frame.Json));
        Assert.True(frame.Json.Holds(Json.Element(scene.Fill("""{"call_id": "<call_id>", "user_id": "<alice>", "device_id": "<alice.phone>"}"""))), frame.ToString());
    });

    private static async Task CallsAsync(Scene scene)
    {
        var call = await scene.Alice.CallsAsync(scene.Who("bob"));
        (scene["call_id"], scene["conversation_id"]) = (call.CallId.ToString(), call.ConversationId.ToString());
    }

    private static async Task TalksAsync(Scene scene)
    {
        await CallsAsync(scene);
        await scene.Who("bob").AnswersAsync(Guid.Parse(scene["call_id"]));
    }

    private static async Task HangsUpAsync(Scene scene)
    {
        await TalksAsync(scene);
        await scene.Alice.PostAsync($"/calls/{scene["call_id"]}/quality", new { quality = CallQuality.Good, connection_type = "wifi", bandwidth_avg = "2.5mbps" }).IsAsync(204);
        await scene.Alice.EndsCallAsync(Guid.Parse(scene["call_id"]));
    }
}
