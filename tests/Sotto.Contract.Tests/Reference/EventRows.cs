using Sotto.Contract.Tests.Stage;

namespace Sotto.Contract.Tests.Reference;

/// <summary>What the server pushes, and what is done for it to come.</summary>
internal static class EventRows
{
    private const string InConversation = "{ conversation_id: uuid, seq: int }";

    public static IEnumerable<Row> All { get; } =
    [
        new EventRow("event auth_ok", "{ user_id: uuid, device_id: uuid, heartbeat_seconds: int }", _ => Task.CompletedTask) { Opens = true },
        new EventRow("event sync_complete", "{ conversations: int }", _ => Task.CompletedTask) { Opens = true },
        new EventRow("event message_received", "{ message: Message & Sealed } & " + InConversation, scene => scene.Alice.SendsAsync("sealed anew", scene.Group))
        {
            With = """{"conversation_id": "<conversation_id>", "message": {"conversation_id": "<conversation_id>", "sender_id": "<alice>", "ciphertext": "sealed anew"}}""",
        },
        new EventRow("event message_updated", "{ message: Message & Sealed } & " + InConversation, scene =>
            scene.Alice.PatchAsync($"/messages/{scene["message_id"]}", new { ciphertext = "sealed anew", recipient_keys = Array.Empty<object>() }).IsAsync(200))
        {
            With = """{"message": {"id": "<message_id>", "ciphertext": "sealed anew", "is_edited": true}}""",
        },
        new EventRow("event message_deleted", "{ message_id: uuid, deleted_by: uuid, deleted_at: time } & " + InConversation, scene =>
            scene.Alice.DeleteAsync($"/messages/{scene["message_id"]}").IsAsync(204))
        {
            With = """{"message_id": "<message_id>", "deleted_by": "<alice>"}""",
        },
        new EventRow("event reaction_updated", "{ message_id: uuid, user_id: uuid, reaction: Reaction } & " + InConversation, scene =>
            scene.Alice.PutAsync($"/messages/{scene["message_id"]}/reactions", new { ciphertext = "sealed heart", recipient_keys = Array.Empty<object>() }).IsAsync(200))
        {
            With = """{"message_id": "<message_id>", "user_id": "<alice>", "reaction": {"ciphertext": "sealed heart"}}""",
        },
        new EventRow("event message_status_update", "{ message_id: uuid, status: MessageStatusType, user_id: uuid }", scene =>
            scene.Who("bob").PostAsync($"/messages/{scene["message_id"]}/status", new { status = "read" }).IsAsync(204))
        {
            To = "alice", With = """{"message_id": "<message_id>", "status": "read", "user_id": "<bob>"}""",
        },
        new EventRow("event typing", "{ conversation_id: uuid, user_id: uuid, is_typing: boolean }", async scene =>
            await (await scene.SocketAsync("alice")).SendAsync(scene.Fill("""{"type": "typing", "conversation_id": "<conversation_id>", "is_typing": true}""")))
        {
            Before = scene => FrameRows.JoinsAsync(scene, "bob"), With = """{"conversation_id": "<conversation_id>", "user_id": "<alice>", "is_typing": true}""",
        },
        new EventRow("event user_status", "{ user_id: uuid, status: UserStatus }", scene => scene.SocketAsync("alice")) { With = """{"user_id": "<alice>", "status": "online"}""" },
        new EventRow("event user_status (gone)", "{ user_id: uuid, status: UserStatus, last_seen: time }", async scene =>
            await (await scene.SocketAsync("alice")).CloseAsync())
        {
            Before = scene => scene.SocketAsync("alice"), With = """{"user_id": "<alice>", "status": "offline"}""",
        },
        new EventRow("event conversation_created", "{ conversation: Conversation & Own, conversation_id: uuid }", scene => scene.Alice.CreatesDirectAsync(scene.Who("bob")))
        {
            With = """{"conversation": {"type": "direct", "membership": {"user_id": "<bob>"}}}""",
        },
        new EventRow("event conversation_updated", InConversation, scene => scene.Alice.PatchAsync($"/conversations/{scene["conversation_id"]}", new { title = "Renamed" }).IsAsync(200))
        {
            With = """{"conversation_id": "<conversation_id>", "title": "Renamed"}""",
        },
        new EventRow("event conversation_deleted", "{ conversation_id: uuid }", scene => scene.Alice.DeleteAsync($"/conversations/{scene["conversation_id"]}").IsAsync(204))
        {
            With = """{"conversation_id": "<conversation_id>"}""",
        },
        new EventRow("event member_added", "{ user_ids: uuid[+], role: MemberRole, by: uuid } & " + InConversation, scene => scene.Alice.AddsAsync(scene.Who("dave"), scene.Group))
        {
            With = """{"user_ids": ["<dave>"], "role": "member", "by": "<alice>"}""",
        },
        new EventRow("event member_updated", "{ user_id: uuid, role: MemberRole, by: uuid } & " + InConversation, scene =>
            scene.Alice.PatchAsync($"/conversations/{scene["conversation_id"]}/members/{scene["carol"]}", new { role = "moderator" }).IsAsync(200))
        {
            With = """{"user_id": "<carol>", "role": "moderator", "by": "<alice>"}""",
        },
        new EventRow("event member_removed", "{ user_id: uuid, by: uuid } & " + InConversation, scene => scene.Alice.RemovesAsync(scene.Who("carol"), scene.Group))
        {
            With = """{"user_id": "<carol>", "by": "<alice>"}""",
        },
        new EventRow("event device_list_changed", "{ user_id: uuid, conversation_ids: uuid[] }", scene => scene.Alice.Phone.PublishesKeysAsync())
        {
            With = """{"user_id": "<alice>"}""",
        },
        new OtherRow("close 4001", scene => ClosesAsync(scene, $"/api/v1/chat/ws/{scene["alice.phone"]}?token=forged", 4001)),
        new OtherRow("close 4002", async scene =>
        {
            var socket = await scene.SocketAsync("alice");
            await socket.SendBytesAsync("no JSON"u8.ToArray());
            Assert.Equal(4002, await socket.IsClosedAsync());
        }),
        new OtherRow("close 4003", async scene =>
        {
            for (var i = 0; i < 5; i++)
            {
                await scene.Alice.ConnectsAsync();
            }

            await ClosesAsync(scene, scene.Fill("/api/v1/chat/ws/<alice.phone>?token=<alice.token>"), 4003);
        })
        {
            Settings = [("RateLimits:SocketsPerUser", "5")],
        },
        new OtherRow("close 4004", scene => ClosesAsync(scene, scene.Fill("/api/v1/chat/ws/<nothing>?token=<alice.token>"), 4004)),
        new OtherRow("close 4005", scene => ClosesAsync(scene, scene.Fill("/api/v1/chat/ws/<bob.phone>?token=<alice.token>"), 4005)),
    ];

    private static async Task ClosesAsync(Scene scene, string path, int code) => Assert.Equal(code, await (await scene.Alice.Phone.OpensAsync(path)).IsClosedAsync());
}
