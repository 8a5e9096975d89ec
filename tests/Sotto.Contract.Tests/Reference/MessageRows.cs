using Sotto.Contract.Tests.Stage;

namespace Sotto.Contract.Tests.Reference;

/// <summary>Messages over REST, and what a device missed.</summary>
internal static class MessageRows
{
    public static IEnumerable<Row> All { get; } =
    [
        new RouteRow("GET /api/v1/messages/", 200, "{ data: Message[+], count: int }")
        {
            As = "bob", Query = "?conversation_id=<conversation_id>&skip=0&limit=1",
            With =
                """
                {"data": [{"id": "<message_id>", "conversation_id": "<conversation_id>", "sender_id": "<alice>", "ciphertext": "sealed", "ciphertext_nonce": "",
                 "encryption_algo": "aes-256-gcm", "message_type": "text", "is_edited": false, "is_deleted": false, "encrypted_keys": [], "attachments": []}], "count": 2}
                """,
        },
        new RouteRow("GET /api/v1/messages/ (skipped)", 200, "{ data: Message[+], count: int }")
        {
            Query = "?conversation_id=<conversation_id>&skip=1&limit=100", With = """{"data": [{"message_type": "system"}], "count": 2}""",
        },
        new RouteRow("GET /api/v1/messages/ (nothing else asked)", 200, "{ data: Message[+], count: int }") { Query = "?conversation_id=<conversation_id>", With = """{"count": 2}""" },
        new RouteRow("GET /api/v1/messages/ (no conversation)", 422, "Error") { With = """{"error_code": "VALIDATION_ERROR"}""" },
        new RouteRow("GET /api/v1/messages/ (over the limit)", 422, "Error") { Query = "?conversation_id=<conversation_id>&limit=101" },
        new RouteRow("POST /api/v1/messages/", 201, "Message & Sealed")
        {
            Before = CarolHasKeysAsync,
            Sends =
                """
                {"conversation_id": "<conversation_id>", "ciphertext": "encrypted_message_content", "message_type": "text",
                 "recipient_keys": [{"recipient_user_id": "<carol>", "recipient_device_id": "<carol.phone>", "encrypted_key": "<key>", "key_algo": "x25519-aead", "nonce": "AAAA"}],
                 "attachments": []}
                """,
            With =
                """
                {"conversation_id": "<conversation_id>", "sender_id": "<alice>", "sender_device_id": "<alice.phone>", "ciphertext": "encrypted_message_content",
                 "message_type": "text", "is_edited": false, "is_deleted": false, "attachments": [], "reactions": []}
                """,
        },
        new RouteRow("POST /api/v1/messages/ (with a device's key missing)", 409, "Error")
        {
            With = """{"error_code": "DEVICE_LIST_MISMATCH", "extra_info": {"missing": ["<carol.phone>"], "stale": []}}""",
            Before = async scene =>
            {
                await CarolHasKeysAsync(scene);
                await scene.Who("bob").Phone.PublishesKeysAsync();
                await scene.Alice.Phone.PublishesKeysAsync();
            },
            Sends =
                """
                {"conversation_id": "<conversation_id>", "ciphertext": "sealed", "message_type": "text",
                 "recipient_keys": [{"recipient_user_id": "<bob>", "recipient_device_id": "<bob.phone>", "encrypted_key": "<key>", "key_algo": "x25519-aead", "nonce": "AAAA"}]}
                """,
        },
        new RouteRow("POST /api/v1/messages/ (as the server)", 422, "Error")
        {
            Sends = Message("system"), With = """{"error_code": "SYSTEM_TYPE_RESERVED"}""",
        },
        .. new[] { "image", "audio", "video", "document", "location", "contact" }.Select(type =>
            new RouteRow($"POST /api/v1/messages/ ({type})", 201, "Message") { Sends = Message(type), With = $$"""{"message_type": "{{type}}"}""" }),
        new RouteRow("GET /api/v1/messages/{message_id}", 200, "Message & Sealed") { As = "carol", With = """{"id": "<message_id>", "ciphertext": "sealed"}""" },
        new RouteRow("GET /api/v1/messages/{message_id} (read)", 200, "Message & { statuses: MessageStatus[+] }")
        {
            Before = async scene =>
            {
                await scene.Who("bob").PostAsync($"/messages/{scene["message_id"]}/status", new { status = "read" }).IsAsync(204);
            },
            As = "carol",
        },
        new RouteRow("PATCH /api/v1/messages/{message_id}", 200, "Message & Sealed")
        {
            Sends = """{"ciphertext": "sealed anew", "recipient_keys": []}""", With = """{"id": "<message_id>", "ciphertext": "sealed anew", "is_edited": true, "edit_count": 1}""",
        },
        new RouteRow("PATCH /api/v1/messages/{message_id} (somebody else's)", 403, "Error") { As = "bob", Sends = """{"ciphertext": "sealed anew", "recipient_keys": []}""" },
        new RouteRow("DELETE /api/v1/messages/{message_id}", 204),
        new RouteRow("PUT /api/v1/messages/{message_id}/reactions", 200, "Reaction")
        {
            As = "bob", Sends = """{"ciphertext": "sealed heart", "recipient_keys": []}""", With = """{"user_id": "<bob>", "ciphertext": "sealed heart"}""",
        },
        new RouteRow("DELETE /api/v1/messages/{message_id}/reactions", 204)
        {
            Before = scene => scene.Alice.PutAsync($"/messages/{scene["message_id"]}/reactions", new { ciphertext = "sealed heart", recipient_keys = Array.Empty<object>() }).IsAsync(200),
        },
        .. new[] { "delivered", "read", "failed" }.Select(status =>
            new RouteRow($"POST /api/v1/messages/{{message_id}}/status ({status})", 204) { As = "bob", Sends = $$"""{"status": "{{status}}"}""" }),
        new RouteRow("POST /api/v1/messages/{message_id}/keys", 204)
        {
            Before = CarolHasKeysAsync, Sends = """{"recipient_keys": [{"recipient_user_id": "<carol>", "recipient_device_id": "<carol.phone>", "encrypted_key": "<key>", "key_algo": "x25519-aead", "nonce": "AAAA"}]}""",
        },
        new RouteRow("GET /api/v1/sync", 200, "{ data: EventFrame[+], has_more: boolean }")
        {
            As = "bob", Query = "?limit=500",
            With =
                """
                {"data": [{"type": "message_received", "data": {"conversation_id": "<conversation_id>", "seq": <seq>, "message": {"id": "<message_id>"}}}], "has_more": false}
                """,
            Before = scene => scene.Who("bob").PostAsync("/sync/ack", new { conversation_id = scene["conversation_id"], seq = scene.Message.Seq - 1 }).IsAsync(204),
        },
        new RouteRow("POST /api/v1/sync/ack", 204) { As = "bob", Sends = """{"conversation_id": "<conversation_id>", "seq": <seq>}""" },
    ];

    public static Task CarolHasKeysAsync(Scene scene) => scene.Who("carol").Phone.PublishesKeysAsync();

    private static string Message(string type) => $$"""{"conversation_id": "<conversation_id>", "ciphertext": "sealed", "message_type": "{{type}}", "recipient_keys": []}""";
}
