using System.Text.Json.Nodes;

namespace Sotto.Server.Operations;

/// <summary>Makes examples that fit a schema: the same name always has the same, plausible value.</summary>
internal sealed class Samples(JsonObject components)
{
    private static readonly Dictionary<string, string> Texts = new(StringComparer.Ordinal)
    {
        ["username"] = "ada",
        ["display_name"] = "Ada Lovelace",
        ["password"] = "correct horse battery",
        ["title"] = "Engine room",
        ["description"] = "Plans for the analytical engine",
        ["name"] = "Ada's phone",
        ["platform"] = "web",
        ["token_type"] = "bearer",
        ["access_token"] = "eyJhbGciOiJFUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiIwMTk3…",
        ["token"] = "eyJhbGciOiJFUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiIwMTk3…",
        ["refresh_token"] = "wq3Zb1nX0fGm5s7T…",
        ["ticket"] = "8h2Kd0VqLr4e…",
        ["ciphertext"] = "pV1mB0kqX3l2vE9sZk8wJw==",
        ["ciphertext_nonce"] = "3q2+796tvu/erb7v",
        ["nonce"] = "yv66vsr+ur4AAQID",
        ["encryption_algo"] = "aes-256-gcm",
        ["key_algo"] = "x25519-aead",
        ["encrypted_key"] = "Zk3c0mVtZ2h5bGxh…",
        ["key"] = "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=",
        ["signing_key"] = "O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik=",
        ["identity_key"] = "3p7bfXt9wbTTW2HC7OQ1Nz+DQ8hbeGdNrfx+FG+IK08=",
        ["signature"] = "5VZDAMNgrHKQhuzMgG6X…",
        ["certificate"] = "MEUCIQDx…",
        ["payload"] = "eyJkZXZpY2VzIjpbXX0=",
        ["preview_text_hash"] = "b5bb9d8014a0f9b1",
        ["code"] = "k7RmQ2vX9c",
        ["detail"] = "You are not a member of this conversation.",
        ["error_code"] = "NOT_A_MEMBER",
        ["request_id"] = "r1",
        ["status"] = "initiated",
        ["signaling_url"] = "/api/v1/calls/01976f3e-7188-7375-91c8-a60294e385b7/signaling",
        ["url"] = "turn:turn.example.org:3478?transport=udp",
        ["credential"] = "aF3kQ0n2…",
        ["sdp"] = "v=0…",
        ["connection_type"] = "wifi",
        ["bandwidth_avg"] = "2.5mbps",
        ["message"] = "Member removed",
        ["action"] = "member_added",
        ["file_name"] = "engine.jpg",
        ["content_type"] = "image/jpeg",
        ["storage_id"] = "01976f3e-7c5a-7d21-9b0e-5d3f21c6a0f1",
        ["trace_id"] = "4bf92f3577b34da6a3ce929d0e0e4736",
        ["kty"] = "EC",
        ["crv"] = "P-256",
        ["alg"] = "ES256",
        ["use"] = "sig",
        ["kid"] = "1",
        ["x"] = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        ["y"] = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        ["version"] = "0.1.0",
        ["avatar"] = "01976f3e-7c5a-7d21-9b0e-5d3f21c6a0f1",
    };

    private static readonly Dictionary<string, long> Numbers = new(StringComparer.Ordinal)
    {
        ["seq"] = 42,
        ["last_seq"] = 42,
        ["roster_version"] = 7,
        ["member_count"] = 3,
        ["count"] = 1,
        ["expires_in"] = 900,
        ["expires_in_seconds"] = 86_400,
        ["heartbeat_seconds"] = 25,
        ["one_time_prekeys_left"] = 87,
        ["file_size"] = 512_000,
        ["size"] = 4096,
        ["unread_count"] = 2,
        ["uses_left"] = 10,
        ["max_uses"] = 10,
        ["message_ttl_seconds"] = 604_800,
        ["retry_after"] = 12,
    };

    private static readonly Dictionary<string, string> Words = new(StringComparer.Ordinal)
    {
        ["ConversationType"] = "group",
        ["MessageStatusType"] = "read",
        ["UserStatus"] = "online",
    };

    /// <summary>What a client need not send, and rarely does.</summary>
    private static readonly HashSet<string> Rare =
    [
        "setup_code", "avatar", "client_message_id", "preview_text_hash", "reply_to_id", "roster_version", "encryption_algo", "message_ttl_seconds", "archived",
        "attachments", "request_id",
    ];

    /// <summary>An example of what a client sends: what is required, and what is usual.</summary>
    public JsonNode? Sent(JsonObject schema) => Make(schema, "", "", isSent: true, depth: 0);

    /// <summary>An example of what the server sends, with everything that may be in it except an error's rare parts.</summary>
    public JsonNode? Received(JsonObject schema) => Make(schema, "", "", isSent: false, depth: 0);

    private JsonNode? Make(JsonObject schema, string name, string owner, bool isSent, int depth)
    {
        if (schema["$ref"]?.GetValue<string>() is { } reference)
        {
            var component = reference[(reference.LastIndexOf('/') + 1)..];
            return Words.TryGetValue(component, out var word) ? word : Make(components[component]!.AsObject(), name, component, isSent, depth);
        }

        if (schema["const"] is { } constant)
        {
            return constant.DeepClone();
        }

        if (schema["allOf"] is JsonArray parts)
        {
            return Merge(parts, owner, isSent, depth);
        }

        if (schema["anyOf"] is JsonArray choices)
        {
            return Make(choices[0]!.AsObject(), name, owner, isSent, depth);
        }

        if (schema["enum"] is JsonArray values)
        {
            return values[0]!.DeepClone();
        }

        return schema["type"]?.GetValue<string>() switch
        {
            "object" => MakeObject(schema, owner, isSent, depth),
            "array" => depth > 6 ? new JsonArray() : new JsonArray(Make(schema["items"]!.AsObject(), Singular(name), owner, isSent, depth + 1)),
            "string" when schema["format"]?.GetValue<string>() == "uuid" => Id(name, owner),
            "string" when schema["format"]?.GetValue<string>() == "date-time" => Time(name),
            "string" => Texts.GetValueOrDefault(name, "text"),
            "integer" => Numbers.GetValueOrDefault(name, 1),
            "number" => 1.5,
            "boolean" => name is "is_typing" or "discoverable" or "read_receipts" or "show_last_seen" or "has_keys" or "current",
            _ => new JsonObject(),
        };
    }

    private JsonObject Merge(JsonArray parts, string owner, bool isSent, int depth)
    {
        var whole = new JsonObject();
        foreach (var part in parts)
        {
            foreach (var (key, value) in Make(part!.AsObject(), "", owner, isSent, depth) as JsonObject ?? [])
            {
                whole[key] = value?.DeepClone();
            }
        }

        return whole;
    }

    private JsonObject MakeObject(JsonObject schema, string owner, bool isSent, int depth)
    {
        var made = new JsonObject();
        var required = (schema["required"] as JsonArray)?.Select(one => one!.GetValue<string>()).ToHashSet() ?? [];
        foreach (var (property, inner) in schema["properties"] as JsonObject ?? [])
        {
            var isRare = isSent ? Rare.Contains(property) : property is "request_id" or "trace_id" or "retry_after" or "deletion" or "status_counts";
            if (required.Contains(property) || !isRare)
            {
                made[property] = Make(inner!.AsObject(), property, owner, isSent, depth + 1);
            }
        }

        return made;
    }

    private static string Singular(string name) => name.EndsWith('s') ? name[..^1] : name;

    private static string Time(string name) => name switch
    {
        "expires_at" => "2026-03-21T09:26:53.589Z",
        "updated_at" or "last_activity" or "status_at" or "last_seen" => "2026-03-14T09:27:10.204Z",
        _ => "2026-03-14T09:26:53.589Z",
    };

    /// <summary>Ids of one kind are equal wherever they stand, so that an example reads as one story.</summary>
    private static string Id(string name, string owner)
    {
        var kind = name switch
        {
            "id" or "" => owner.ToLowerInvariant(),
            "participant" => "publicuser",
            _ => name.EndsWith("_id", StringComparison.Ordinal) ? name[..^3] : name,
        };
        return kind switch
        {
            "user" or "sender" or "creator" or "by" or "deleted_by" => "01976f3e-0a11-7c0e-8a51-3f9b2d7c1e40",
            "publicuser" or "recipient_user" or "user_id" => "01976f3e-1b22-7d1f-9b62-40ac3e8d2f51",
            "device" or "sender_device" => "01976f3e-2c33-7e20-8c73-51bd4f9e3062",
            "recipient_device" or "publicdevice" => "01976f3e-3d44-7f31-9d84-62ce50af4173",
            "conversation" => "01976f3e-4e55-7042-8e95-73df61b05284",
            "message" or "last_message" or "last_read_message" or "reply_to" => "01976f3e-5f66-7153-9fa6-84e072c16395",
            "client_message" => "01976f3e-6077-7264-80b7-95f183d274a6",
            _ => "01976f3e-7188-7375-91c8-a60294e385b7",
        };
    }
}
