using System.Text.Json;
using System.Text.Json.Nodes;
using Sotto.Contract.Tests.Documents;
using Sotto.Contract.Tests.Stage;

namespace Sotto.Contract.Tests.Torture;

/// <summary>A request that a document describes. <paramref name="Body"/> is null where there is none, or one that is no JSON.</summary>
internal sealed record RestSample(string Method, string Path, JsonObject? Body, IReadOnlyList<string> Query)
{
    public override string ToString() => $"{Method} {Path}";
}

/// <summary>Good input for every door, taken from the API documents: a new route or command is attacked without anybody thinking of it.</summary>
internal sealed class Samples
{
    // What ends the speaker, or would.
    private static readonly HashSet<string> Fatal = ["POST /api/v1/auth/logout", "DELETE /api/v1/users/me"];

    private readonly JsonElement _openApi = ServerDocuments.Current.OpenApi;

    public Samples()
    {
        foreach (var path in _openApi.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject())
            {
                Add(operation.Name.ToUpperInvariant(), path.Name, operation.Value);
            }
        }

        foreach (var message in ServerDocuments.Current.AsyncApi.GetProperty("components").GetProperty("messages").EnumerateObject().Where(m => m.Name.EndsWith("Command", StringComparison.Ordinal)))
        {
            Commands.AddRange(message.Value.GetProperty("examples").EnumerateArray().Select(example => (JsonObject)JsonNode.Parse(example.GetProperty("payload").GetRawText())!));
        }
    }

    /// <summary>Requests with a JSON body: for each what its example says, and one with every property.</summary>
    public List<RestSample> Bodies { get; } = [];

    /// <summary>Requests whose path or query can be spoiled.</summary>
    public List<RestSample> Paths { get; } = [];

    public List<JsonObject> Commands { get; } = [];

    /// <summary>The same JSON with other texts: <paramref name="text"/> is asked for each property, and null leaves what is there.</summary>
    public static JsonNode Fill(JsonNode json, Func<string, string?> text)
    {
        var copy = json.DeepClone();
        FillInto(copy, "", text);
        return copy;
    }

    private static void FillInto(JsonNode? node, string name, Func<string, string?> text)
    {
        if (node is JsonObject thing)
        {
            foreach (var (property, value) in thing.ToArray())
            {
                FillInto(value, property, text);
            }
        }
        else if (node is JsonArray list)
        {
            foreach (var item in list.ToArray())
            {
                FillInto(item, name.TrimEnd('s'), text);
            }
        }
        else if (node is JsonValue value && value.GetValueKind() == JsonValueKind.String && text(name) is { } other)
        {
            node.ReplaceWith(other);
        }
    }

    private void Add(string method, string path, JsonElement operation)
    {
        if (Fatal.Contains($"{method} {path}"))
        {
            return;
        }

        string[] query = operation.TryGetProperty("parameters", out var parameters)
            ? [.. parameters.EnumerateArray().Where(p => p.Text("in") == "query").Select(p => p.Text("name")!)]
            : [];
        if (path.Contains('{', StringComparison.Ordinal) || query.Length > 0)
        {
            Paths.Add(new RestSample(method, path, null, query));
        }

        if (operation.TryGetProperty("requestBody", out var body) && body.GetProperty("content").TryGetProperty("application/json", out var content))
        {
            var example = (JsonObject)JsonNode.Parse(content.GetProperty("example").GetRawText())!;
            Bodies.Add(new RestSample(method, path, example, query));
            Bodies.Add(new RestSample(method, path, Whole(example, content.GetProperty("schema")), query));
        }
    }

    private JsonObject Whole(JsonObject example, JsonElement schema)
    {
        var whole = (JsonObject)example.DeepClone();
        if (Resolve(schema).TryGetProperty("properties", out var properties))
        {
            foreach (var property in properties.EnumerateObject().Where(p => !whole.ContainsKey(p.Name) && p.Name != "setup_code"))
            {
                var inner = property.Value.TryGetProperty("anyOf", out var choices) ? Resolve(choices[0]) : Resolve(property.Value);
                whole[property.Name] = inner.Text("type") switch
                {
                    "integer" => 1,
                    "boolean" => true,
                    "array" => new JsonArray(),
                    "object" => new JsonObject(),
                    _ => "text",
                };
            }
        }

        return whole;
    }

    private JsonElement Resolve(JsonElement schema) =>
        schema.Text("$ref") is { } reference ? _openApi.GetProperty("components").GetProperty("schemas").GetProperty(reference[(reference.LastIndexOf('/') + 1)..]) : schema;
}
