namespace Sotto.Contract.Tests.Reference;

/// <summary>One refusal of each HTTP status that the reference lists, in its error format.</summary>
internal static class StatusRows
{
    public static IEnumerable<Row> All { get; } =
    [
        new RouteRow("POST /api/v1/messages/ (no JSON)", 400, "Error") { Sends = "{", With = """{"error_code": "MALFORMED_JSON"}""" },
        new RouteRow("GET /api/v1/users/me (nobody)", 401, "Error") { As = "", With = """{"error_code": "INVALID_TOKEN"}""" },
        new RouteRow("GET /api/v1/conversations/{conversation_id} (a stranger)", 403, "Error") { As = "dave", With = """{"error_code": "NOT_A_MEMBER"}""" },
        new RouteRow("GET /api/v1/conversations/{nothing}", 404, "Error") { With = """{"error_code": "CONVERSATION_NOT_FOUND"}""" },
        new RouteRow("GET /api/v1/messages/{nothing}", 404, "Error") { With = """{"error_code": "MESSAGE_NOT_FOUND"}""" },
        new RouteRow("POST /api/v1/auth/register (a taken name)", 409, "Error")
        {
            As = "", Sends = """{"username": "<alice.username>", "password": "correct horse"}""", With = """{"error_code": "USERNAME_TAKEN"}""",
        },
        new RouteRow("POST /api/v1/conversations/ (no type)", 422, "Error & { extra_info: { type: string } }") { Sends = """{"title": "None"}""" },
        new RouteRow("POST /api/v1/messages/ (the second in a minute of one)", 429, "Error & { retry_after: int }")
        {
            Settings = [("RateLimits:MessagesPerMinute", "1")], AnswersHeaders = ["Retry-After"], With = """{"error_code": "RATE_LIMITED"}""",
            Sends = """{"conversation_id": "<conversation_id>", "ciphertext": "sealed", "message_type": "text", "recipient_keys": []}""",
        },
    ];
}
