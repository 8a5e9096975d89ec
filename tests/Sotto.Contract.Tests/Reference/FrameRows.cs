using Sotto.Contract.Tests.Stage;

namespace Sotto.Contract.Tests.Reference;

/// <summary>What clients send over the socket, and what it causes.</summary>
internal static class FrameRows
{
    public static IEnumerable<Row> All { get; } =
    [
        new OtherRow("frame auth", async scene =>
        {
            var device = scene.Alice.Phone;
            var socket = await device.OpensAsync(device.SocketPath);
            await socket.SendAsync(scene.Fill("""{"type": "auth", "token": "<alice.token>"}"""));
            var answer = await socket.ReceivesAsync("auth_ok", new { user_id = scene["alice"], device_id = scene["alice.phone"] });
            Assert.Empty(Shape.Failures("{ user_id: uuid, device_id: uuid, heartbeat_seconds: int }", answer.Data));
        }),
        new OtherRow("frame auth (beside ?token=)", async scene =>
        {
            var socket = await scene.SocketAsync("alice");
            await socket.SendAsync(scene.Fill("""{"type": "auth", "token": "<alice.token>"}"""));
            await socket.ReceivesAsync("auth_ok");
        }),
        new FrameRow("frame join_conversation", "conversation_joined", "{ conversation_id: uuid, last_seq: int }")
        {
            Sends = """{"type": "join_conversation", "conversation_id": "<conversation_id>"}""", With = """{"conversation_id": "<conversation_id>", "last_seq": <seq>}""",
        },
        new FrameRow("frame leave_conversation", "conversation_left", "{ conversation_id: uuid }")
        {
            Before = scene => JoinsAsync(scene, "alice"),
            Sends = """{"type": "leave_conversation", "conversation_id": "<conversation_id>"}""", With = """{"conversation_id": "<conversation_id>"}""",
        },
        new FrameRow("frame send_message", "message_ack", "{ message: Message & Sealed }")
        {
            Sends = """{"type": "send_message", "conversation_id": "<conversation_id>", "ciphertext": "encrypted_content", "message_type": "text", "recipient_keys": [], "request_id": "1"}""",
            With = """{"message": {"conversation_id": "<conversation_id>", "sender_id": "<alice>", "ciphertext": "encrypted_content", "message_type": "text"}}""",
        },
        new FrameRow("frame edit_message", "ack", "{ message_id: uuid, conversation_id: uuid, seq: int }")
        {
            Sends = """{"type": "edit_message", "message_id": "<message_id>", "ciphertext": "sealed anew", "recipient_keys": [], "request_id": "1"}""",
            With = """{"message_id": "<message_id>"}""",
        },
        new FrameRow("frame delete_message", "ack", "{ message_id: uuid, conversation_id: uuid, seq: int }")
        {
            Sends = """{"type": "delete_message", "message_id": "<message_id>", "request_id": "1"}""", With = """{"message_id": "<message_id>"}""",
        },
        new FrameRow("frame react", "ack", "{ message_id: uuid }")
        {
            As = "bob", Sends = """{"type": "react", "message_id": "<message_id>", "ciphertext": "sealed heart", "recipient_keys": [], "request_id": "1"}""",
            With = """{"message_id": "<message_id>"}""",
        },
        new FrameRow("frame message_status", "message_status_update", "{ message_id: uuid, status: MessageStatusType, user_id: uuid, conversation_id: uuid, seq: int }")
        {
            As = "bob", To = "alice", Sends = """{"type": "message_status", "message_id": "<message_id>", "status": "read"}""",
            With = """{"message_id": "<message_id>", "status": "read", "user_id": "<bob>"}""",
        },
        new FrameRow("frame typing", "typing", "{ conversation_id: uuid, user_id: uuid, is_typing: boolean }")
        {
            Before = scene => JoinsAsync(scene, "bob"), To = "bob", Sends = """{"type": "typing", "conversation_id": "<conversation_id>", "is_typing": true}""",
            With = """{"conversation_id": "<conversation_id>", "user_id": "<alice>", "is_typing": true}""",
        },
        new FrameRow("frame set_status", "user_status", "{ user_id: uuid, status: UserStatus }")
        {
            To = "bob", Sends = """{"type": "set_status", "status": "busy"}""", With = """{"user_id": "<alice>", "status": "busy"}""",
            Before = scene => scene.SocketAsync("alice"),
        },
        new FrameRow("frame ack", "message_status_update", "{ message_id: uuid, status: MessageStatusType, user_id: uuid }")
        {
            As = "bob", To = "alice", Sends = """{"type": "ack", "conversation_id": "<conversation_id>", "seq": <seq>}""",
            With = """{"message_id": "<message_id>", "status": "delivered", "user_id": "<bob>"}""",
        },
        new FrameRow("frame ping", "pong", "{ }") { Sends = """{"type": "ping", "request_id": "1"}""" },
        new FrameRow("frame error", "error", "Error") { Sends = """{"type": "error", "request_id": "1"}""", With = """{"error_code": "UNKNOWN_TYPE"}""" },
    ];

    /// <summary>Turns typing of the group on for somebody's socket.</summary>
    public static async Task JoinsAsync(Scene scene, string who) =>
        await (await scene.SocketAsync(who)).AsksAsync(scene.Fill("""{"type": "join_conversation", "conversation_id": "<conversation_id>"}"""));
}
