using System.Text.Json.Nodes;
using Sotto.Contracts;
using Sotto.Server.Sockets;

namespace Sotto.Server.Operations;

/// <summary>The socket as AsyncAPI 3.0, made from the commands, the events, the contract's records, the error and the close codes.</summary>
internal sealed class AsyncApiDocument(CommandMap commands, Summaries summaries, string overview, string version)
{
    private const string Channel = "#/channels/socket";

    private readonly SchemaBook _schemas = new(summaries);
    private readonly SortedDictionary<string, JsonNode?> _messages = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, JsonNode?> _operations = new(StringComparer.Ordinal);

    public JsonObject Write()
    {
        foreach (var command in commands.All.Values)
        {
            AddCommand(command);
        }

        AddEvent("error", typeof(ErrorBody), "What the client sent was refused; the socket stays. With the `request_id` of the frame, if it had one.");
        foreach (var (type, (data, summary)) in commands.Events)
        {
            AddEvent(type, data, summary);
        }

        foreach (var (type, (frame, summary)) in commands.Relayed)
        {
            AddMessage(type, summary, new JsonObject
            {
                ["allOf"] = new JsonArray(
                    new JsonObject
                    {
                        ["type"] = "object", ["required"] = new JsonArray("type"), ["properties"] = new JsonObject { ["type"] = Const(type) },
                        ["description"] = "Fields of the sender's beyond these arrive too.", ["additionalProperties"] = true,
                    },
                    _schemas.Output(frame)),
            });
        }

        var schemas = _schemas.Components();
        AddExamples(new Samples(schemas));
        return new JsonObject
        {
            ["asyncapi"] = "3.0.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Sotto socket API",
                ["version"] = version,
                ["description"] = overview,
                ["license"] = new JsonObject { ["name"] = "Apache-2.0" },
            },
            ["defaultContentType"] = "application/json",
            ["servers"] = new JsonObject
            {
                ["here"] = new JsonObject
                {
                    ["host"] = "localhost:8080", ["protocol"] = "ws", ["description"] = "The server that gave this document; `wss` behind TLS.",
                    ["security"] = new JsonArray(
                        new JsonObject { ["$ref"] = "#/components/securitySchemes/token" }, new JsonObject { ["$ref"] = "#/components/securitySchemes/ticket" }),
                },
            },
            ["channels"] = new JsonObject { ["socket"] = SocketChannel() },
            ["operations"] = new JsonObject(_operations),
            ["components"] = new JsonObject
            {
                ["messages"] = new JsonObject(_messages),
                ["schemas"] = schemas,
                ["securitySchemes"] = new JsonObject
                {
                    ["token"] = QueryKey("token", "The access token. Or none here, and the frame `auth` first."),
                    ["ticket"] = QueryKey("ticket", "A one-use ticket of `POST /api/v1/auth/ticket`, which keeps the token out of logs on the way."),
                },
            },
            ["x-error-codes"] = OpenApiDocument.ErrorCodes(Errors.All),
            ["x-close-codes"] = new JsonArray([.. CloseCodes.All.OrderBy(code => code.Code).Select(code => (JsonNode)new JsonObject
            {
                ["code"] = code.Code, ["name"] = code.Name, ["meaning"] = code.Meaning, ["may_return"] = code.MayReturn,
            })]),
        };
    }

    private static JsonObject QueryKey(string name, string description) => new()
    {
        ["type"] = "httpApiKey", ["name"] = name, ["in"] = "query", ["description"] = description,
    };

    private static JsonObject Ref(string path) => new() { ["$ref"] = path };

    private static string Pascal(string type) => string.Concat(type.Split('_', '-').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    private static string CommandName(string type) => Pascal(type) + "Command";

    private static string EventName(string type) => Pascal(type) + "Event";

    private static JsonObject Const(string type) => new() { ["const"] = type };

    private static JsonObject RequestId(string description) => new() { ["type"] = "string", ["description"] = description };

    private JsonObject SocketChannel() => new()
    {
        ["address"] = "/api/v1/chat/ws/{device_id}",
        ["title"] = "The socket of a device",
        ["description"] = "One WebSocket that carries everything live, both ways, as JSON text frames.",
        ["parameters"] = new JsonObject { ["device_id"] = new JsonObject { ["description"] = "The device that connects; the one the token was made for." } },
        ["messages"] = new JsonObject(_messages.Keys.Select(name => KeyValuePair.Create(name, (JsonNode?)Ref("#/components/messages/" + name)))),
        ["bindings"] = new JsonObject
        {
            ["ws"] = new JsonObject
            {
                ["method"] = "GET",
                ["query"] = new JsonObject
                {
                    ["type"] = "object",
                    ["properties"] = new JsonObject
                    {
                        ["token"] = new JsonObject { ["type"] = "string" },
                        ["ticket"] = new JsonObject { ["type"] = "string" },
                    },
                },
                ["bindingVersion"] = "0.1.0",
            },
        },
    };

    private void AddCommand(Command command)
    {
        var frame = new JsonObject
        {
            ["type"] = "object",
            ["required"] = new JsonArray("type"),
            ["properties"] = new JsonObject { ["type"] = Const(command.Type), ["request_id"] = RequestId("Comes back in the answer, or in the error.") },
        };
        _messages[CommandName(command.Type)] = new JsonObject
        {
            ["name"] = command.Type,
            ["title"] = command.Type,
            ["summary"] = command.Summary,
            ["payload"] = command.Body is { } body ? new JsonObject { ["allOf"] = new JsonArray(frame, _schemas.Input(body)) } : frame,
            ["x-error-codes"] = new JsonArray([.. command.Errors.Select(error => (JsonNode)error.Code)]),
        };

        var replies = new JsonArray();
        if (command is { AnswerType: { } answer, AnswerData: { } data })
        {
            AddEvent(answer, data, $"Answers `{command.Type}`.");
            replies.Add(Ref($"{Channel}/messages/{EventName(answer)}"));
        }

        replies.Add(Ref($"{Channel}/messages/{EventName("error")}"));
        _operations["receive" + Pascal(command.Type)] = new JsonObject
        {
            ["action"] = "receive",
            ["summary"] = command.Summary,
            ["channel"] = Ref(Channel),
            ["messages"] = new JsonArray(Ref($"{Channel}/messages/{CommandName(command.Type)}")),
            ["reply"] = new JsonObject { ["channel"] = Ref(Channel), ["messages"] = replies },
        };
    }

    /// <summary>An answer to several commands, or one that is also pushed by itself, is described once; the words of <c>Pushes</c> win.</summary>
    private void AddEvent(string type, Type data, string summary)
    {
        if (_messages.TryGetValue(EventName(type), out var known))
        {
            var before = known!["summary"]!.GetValue<string>();
            summary = before.StartsWith("Answers ", StringComparison.Ordinal) && summary.StartsWith("Answers ", StringComparison.Ordinal)
                ? before.TrimEnd('.') + ", " + summary["Answers ".Length..]
                : summary;
        }

        AddMessage(type, summary, new JsonObject
        {
            ["type"] = "object",
            ["required"] = new JsonArray("type", "data"),
            ["properties"] = new JsonObject
            {
                ["type"] = Const(type),
                ["data"] = _schemas.Output(data),
                ["request_id"] = RequestId("The one of the frame that this answers."),
            },
        });
    }

    private void AddMessage(string type, string summary, JsonObject payload)
    {
        _messages[EventName(type)] = new JsonObject { ["name"] = type, ["title"] = type, ["summary"] = summary, ["payload"] = payload };
        _operations["send" + Pascal(type)] = new JsonObject
        {
            ["action"] = "send",
            ["summary"] = summary,
            ["channel"] = Ref(Channel),
            ["messages"] = new JsonArray(Ref($"{Channel}/messages/{EventName(type)}")),
        };
    }

    private void AddExamples(Samples samples)
    {
        foreach (var (name, message) in _messages)
        {
            var payload = message!["payload"]!.AsObject();
            var isSent = name.EndsWith("Command", StringComparison.Ordinal);
            message["examples"] = new JsonArray(new JsonObject { ["payload"] = isSent ? samples.Sent(payload) : samples.Received(payload) });
        }
    }
}
