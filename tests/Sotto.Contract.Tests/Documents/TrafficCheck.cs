using System.Runtime.CompilerServices;
using System.Text.Json;
using Sotto.Contract.Tests.Stage;

namespace Sotto.Contract.Tests.Documents;

/// <summary>Holds all traffic of all contract tests against the API documents.</summary>
public sealed class TrafficCheck
{
    /// <summary>What is no part of the API: pages for people.</summary>
    private static readonly string[] Pages = ["/docs", "/pages/", "/admin/setup"];

    private static readonly Lazy<TrafficCheck> Shared = new(() => new TrafficCheck(ServerDocuments.Current));

    private readonly JsonElement _openApi;
    private readonly SchemaCheck _rest;
    private readonly SchemaCheck _socket;
    private readonly Dictionary<string, JsonElement> _events;
    private readonly List<(string[] Parts, string Path, JsonElement Operations)> _paths;

    public TrafficCheck(ServerDocuments documents)
    {
        _openApi = documents.OpenApi;
        _rest = new SchemaCheck(documents.OpenApi)
        {
            Met = (name, value) =>
            {
                if (name == "SocketEvent")
                {
                    Check(new FrameSeen(FromServer: true, value.GetRawText()));
                }
            },
        };
        _socket = new SchemaCheck(documents.AsyncApi);
        _events = documents.AsyncApi.GetProperty("components").GetProperty("messages").EnumerateObject()
            .Where(message => message.Name.EndsWith("Event", StringComparison.Ordinal))
            .ToDictionary(message => message.Value.GetProperty("name").GetString()!, message => message.Value.GetProperty("payload"));
        _paths = [.. documents.OpenApi.GetProperty("paths").EnumerateObject().Select(path => (Parts(path.Name), path.Name, path.Value))];
    }

    [ModuleInitializer]
    internal static void Install()
    {
        Traffic.RestCheck = exchange => Shared.Value.Check(exchange);
        Traffic.FrameCheck = frame => Shared.Value.Check(frame);
    }

    public void Check(RestExchange exchange)
    {
        var path = exchange.Path.Split('?')[0];
        if (path == "/" || Pages.Any(page => path.StartsWith(page, StringComparison.Ordinal)))
        {
            return;
        }

        var answer = exchange.Answer;
        var parts = Parts(path);
        var found = _paths.Where(one => Fits(one.Parts, parts)).OrderBy(one => one.Parts.Count(IsName)).ToArray();
        if (found.Length == 0)
        {
            Refused(exchange, path, "ROUTE_NOT_FOUND");
            return;
        }

        var isOfGet = exchange.Method == "HEAD" && !found.Any(one => one.Operations.TryGetProperty("head", out _));
        var method = isOfGet ? "get" : exchange.Method.ToLowerInvariant();
        if (!found.Any(one => one.Operations.TryGetProperty(method, out _)))
        {
            Refused(exchange, found[0].Path, "METHOD_NOT_ALLOWED");
            return;
        }

        var (_, template, operations) = found.First(one => one.Operations.TryGetProperty(method, out _));
        var responses = operations.GetProperty(method).GetProperty("responses");
        var where = $"{exchange.Method} {template} answered {answer.Status}";
        if (!responses.TryGetProperty(answer.Status.ToString(), out var response))
        {
            Assert.Fail($"{where}, which its document doesn't name: {answer.Body}");
        }

        if (response.TryGetProperty("$ref", out var reference))
        {
            response = _rest.Resolve(reference.GetString()!);
        }

        if (answer.Status is 429 or 503)
        {
            Assert.True(answer.Header("Retry-After") is not null, $"{where} without Retry-After.");
        }

        CheckBody(response, answer, exchange.Method, where);
    }

    public void Check(FrameSeen frame)
    {
        if (!frame.FromServer)
        {
            return;
        }

        using var json = JsonDocument.Parse(frame.Text);
        var type = json.RootElement.TryGetProperty("type", out var value) ? value.GetString()! : "";
        Assert.True(_events.TryGetValue(type, out var payload), $"The server sent an event that its document doesn't name: {frame.Text}");
        var failures = _socket.Failures(payload, json.RootElement);
        Assert.True(failures.Count == 0, $"The event {type} isn't as documented:\n{string.Join('\n', failures)}\n{frame.Text}");
    }

    private static string[] Parts(string path) => path.Trim('/').Split('/');

    private static bool IsName(string part) => part is ['{', .., '}'];

    private static bool Fits(string[] template, string[] path) =>
        template.Length == path.Length && template.Zip(path).All(pair => IsName(pair.First) || string.Equals(pair.First, pair.Second, StringComparison.OrdinalIgnoreCase));

    /// <summary>Where there is no such route, the framework refuses, in the one form; or the door of the socket does, which is no route.</summary>
    private void Refused(RestExchange exchange, string path, string code)
    {
        var where = $"{exchange.Method} {path} answered {exchange.Answer.Status}";
        var isSocket = path.StartsWith("/api/v1/chat/ws/", StringComparison.Ordinal) || path.EndsWith("/signaling", StringComparison.Ordinal);
        Assert.True(exchange.Answer.Status >= 400, $"{where}, but no document names that route.");
        if (exchange.Method != "HEAD")
        {
            CheckError(exchange.Answer, where);
            Assert.True(isSocket || exchange.Answer.Json.Text("error_code") == code, $"{where} with another code than {code}: {exchange.Answer.Body}");
        }
    }

    private void CheckBody(JsonElement response, Answer answer, string method, string where)
    {
        if (!response.TryGetProperty("content", out var content))
        {
            Assert.True(answer.Bytes.Length == 0, $"{where} with a body that its document doesn't name: {answer.Body}");
            return;
        }

        var mediaType = answer.Header("Content-Type")?.Split(';')[0] ?? "";
        Assert.True(content.TryGetProperty(mediaType, out var media) || content.TryGetProperty("*/*", out media), $"{where} as '{mediaType}', which its document doesn't name.");
        if (media.TryGetProperty("schema", out var schema) && method != "HEAD")
        {
            var failures = _rest.Failures(schema, answer.Json);
            Assert.True(failures.Count == 0, $"{where}, not as documented:\n{string.Join('\n', failures)}\n{answer.Body}");
        }
    }

    private void CheckError(Answer answer, string where)
    {
        var failures = _rest.Failures(_openApi.GetProperty("components").GetProperty("schemas").GetProperty("ErrorBody"), answer.Json);
        Assert.True(failures.Count == 0, $"{where}, not in the form of errors:\n{string.Join('\n', failures)}\n{answer.Body}");
    }
}
