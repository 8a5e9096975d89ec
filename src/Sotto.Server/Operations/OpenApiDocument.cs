using System.Text.Json.Nodes;
using Sotto.Contracts;
using Sotto.Server.Http;
using Sotto.Server.Limits;
using Route = Sotto.Server.Http.Route;

namespace Sotto.Server.Operations;

/// <summary>The REST side as OpenAPI 3.1, made from the routes, the contract's records and the error table.</summary>
internal sealed class OpenApiDocument(IReadOnlyList<Route> routes, Summaries summaries, string overview, string version)
{
    private readonly SchemaBook _schemas = new(summaries);
    private readonly List<(JsonObject Media, bool IsSent)> _bodies = [];
    private readonly SortedDictionary<string, JsonNode?> _refusals = new(StringComparer.Ordinal);

    public JsonObject Write()
    {
        var paths = Paths();
        _schemas.Output(typeof(ErrorBody));
        var components = _schemas.Components();
        var samples = new Samples(components);
        foreach (var (media, isSent) in _bodies)
        {
            var schema = media["schema"]!.AsObject();
            media["example"] = isSent ? samples.Sent(schema) : samples.Received(schema);
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Sotto REST API",
                ["version"] = version,
                ["description"] = overview,
                ["license"] = new JsonObject { ["name"] = "Apache-2.0", ["identifier"] = "Apache-2.0" },
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["tags"] = new JsonArray([.. RouteTag.All.Where(tag => routes.Any(route => RouteTag.Of(route) == tag)).Select(tag => tag.ToJson())]),
            ["security"] = new JsonArray(new JsonObject { ["bearer"] = new JsonArray() }),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject
                {
                    ["bearer"] = new JsonObject
                    {
                        ["type"] = "http", ["scheme"] = "bearer", ["bearerFormat"] = "JWT",
                        ["description"] = "The `access_token` of register, login or refresh.",
                    },
                },
                ["headers"] = Headers(),
                ["responses"] = new JsonObject(_refusals),
                ["schemas"] = components,
            },
            ["x-error-codes"] = ErrorCodes(Errors.All),
            ["x-rate-limits"] = RateLimitTable(),
        };
    }

    /// <summary>Everything a route may refuse with: what its use case names, and what its door does by itself.</summary>
    public static IReadOnlyList<ErrorCode> RefusalsOf(Route route)
    {
        var all = new List<ErrorCode>(route.Errors);
        if (route.Access != Access.Anyone)
        {
            all.AddRange([Errors.InvalidToken, Errors.TokenExpired, Errors.DeviceRevoked]);
        }

        if (route.Access == Access.Device)
        {
            all.Add(Errors.DeviceNotFound);
        }

        if (route.Access == Access.Admin)
        {
            all.Add(Errors.PermissionDenied);
        }

        if (route.Body is not null)
        {
            all.AddRange([Errors.MalformedJson, Errors.UnsupportedMediaType, Errors.ValidationError]);
        }

        if (route.Method is not ("GET" or "HEAD" or "OPTIONS"))
        {
            all.Add(Errors.PayloadTooLarge);
        }

        if (route.Query.Count > 0 || route.IsOnce || PathNames(route.Path).Any())
        {
            all.Add(Errors.ValidationError);
        }

        if (route.IsOnce)
        {
            all.Add(Errors.IdempotencyConflict);
        }

        all.AddRange([Errors.InternalError, Errors.Unavailable]);
        return [.. Errors.All.Where(all.Contains).OrderBy(error => error.Status)];
    }

    public static JsonArray ErrorCodes(IEnumerable<ErrorCode> errors) =>
        new([.. errors.Select(error => (JsonNode)new JsonObject { ["code"] = error.Code, ["status"] = error.Status, ["meaning"] = error.Meaning })]);

    private static IEnumerable<string> PathNames(string path) =>
        path.Split('/').Where(part => part is ['{', .., '}']).Select(part => part[1..^1]);

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    private static JsonObject Headers() => new()
    {
        ["RateLimit"] = Header("What is left of each limit that the request was counted in, and the seconds until it is whole again.", "\"messages\";r=58;t=31"),
        ["RateLimit-Policy"] = Header("Each such limit's size and window in seconds.", "\"messages\";q=60;w=60"),
        ["Retry-After"] = Header("Whole seconds after which a repeat makes sense.", "12"),
    };

    private static JsonObject Header(string description, string example) => new()
    {
        ["description"] = description, ["schema"] = new JsonObject { ["type"] = "string" }, ["example"] = example,
    };

    private static JsonObject HeaderUse(params IEnumerable<string> names) =>
        new(names.Select(name => KeyValuePair.Create(name, (JsonNode?)new JsonObject { ["$ref"] = "#/components/headers/" + name })));

    private static JsonArray RateLimitTable() =>
        new([.. Limit.All.Select(limit => (JsonNode)new JsonObject
        {
            ["name"] = limit.Name,
            ["size"] = limit.Size(new RateLimitOptions()),
            ["window_seconds"] = (long)limit.Window.TotalSeconds,
            ["over"] = System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(limit.Over.ToString()),
        })]);

    private JsonObject Paths()
    {
        var shared = routes.GroupBy(route => route.Use).Where(group => group.Count() > 1).Select(group => group.Key).ToHashSet();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var paths = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var route in routes)
        {
            var use = route.Use?.Name ?? "";
            var id = shared.Contains(route.Use) ? IdFromPath(route) : Camel(use);
            if (!ids.Add(id))
            {
                throw new InvalidOperationException($"Two routes would be called {id} in the API document.");
            }

            if (!paths.TryGetValue(route.Path, out var path))
            {
                paths[route.Path] = path = new JsonObject();
            }

            try
            {
                path![route.Method.ToLowerInvariant()] = Operation(route, id);
            }
            catch (NotSupportedException unknown)
            {
                throw new InvalidOperationException($"{route.Method} {route.Path} can't be described.", unknown);
            }
        }

        return new JsonObject(paths);
    }

    /// <summary>For use cases with several doors: <c>putUserBlock</c> for <c>PUT /users/{user_id}/block</c>.</summary>
    private static string IdFromPath(Route route)
    {
        var words = route.Path.Replace(Routes.Prefix, "", StringComparison.Ordinal)
            .Split('/', '.', '-', '_', '{', '}').Where(word => word.Length > 0 && word != "id");
        return route.Method.ToLowerInvariant() + string.Concat(words.Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
    }

    private JsonObject Operation(Route route, string id)
    {
        var operation = new JsonObject
        {
            ["operationId"] = id,
            ["tags"] = new JsonArray(RouteTag.Of(route).Title),
            ["summary"] = route.Summary,
        };
        if (route.Access == Access.Anyone)
        {
            operation["security"] = new JsonArray();
        }

        operation["x-access"] = route.Access.ToString().ToLowerInvariant();
        if (Parameters(route) is { Count: > 0 } parameters)
        {
            operation["parameters"] = parameters;
        }

        if (route.Body is { } body)
        {
            operation["requestBody"] = new JsonObject
            {
                ["required"] = !route.IsBodyOptional,
                ["content"] = Json(_schemas.Input(body, PathNames(route.Path)), isSent: true),
            };
        }

        if (route.IsBodyBytes)
        {
            operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = new JsonObject { [route.StreamMedia ?? "application/octet-stream"] = new JsonObject() } };
        }

        var responses = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal) { [route.Status.ToString()] = Success(route, route.Status) };
        foreach (var (status, meaning) in route.OtherStatuses)
        {
            responses[status.ToString()] = Success(route, status, meaning);
        }

        foreach (var status in RefusalsOf(route).GroupBy(error => error.Status))
        {
            responses[status.Key.ToString()] = Refused(status.Key, [.. status]);
        }

        operation["responses"] = new JsonObject(responses);
        operation["x-error-codes"] = new JsonArray([.. route.Errors.Select(error => (JsonNode)error.Code)]);
        return operation;
    }

    private static JsonArray Parameters(Route route)
    {
        var parameters = new JsonArray();
        foreach (var name in PathNames(route.Path))
        {
            var schema = new JsonObject { ["type"] = "string" };
            if (name.EndsWith("_id", StringComparison.Ordinal))
            {
                schema["format"] = "uuid";
            }

            parameters.Add(new JsonObject { ["name"] = name, ["in"] = "path", ["required"] = true, ["schema"] = schema });
        }

        foreach (var value in route.Query)
        {
            parameters.Add(new JsonObject
            {
                ["name"] = value.Name, ["in"] = "query", ["required"] = value.Required, ["description"] = value.Meaning, ["schema"] = JsonNode.Parse(value.Schema),
            });
        }

        foreach (var (name, meaning) in route.Headers)
        {
            parameters.Add(new JsonObject
            {
                ["name"] = name, ["in"] = "header", ["required"] = false, ["description"] = meaning, ["schema"] = new JsonObject { ["type"] = "string" },
            });
        }

        if (route.IsOnce)
        {
            parameters.Add(new JsonObject
            {
                ["name"] = "Idempotency-Key", ["in"] = "header", ["required"] = false,
                ["description"] = "Any text of up to 255 characters. The same key with the same body gives the first answer again, for 24 hours.",
                ["schema"] = new JsonObject { ["type"] = "string", ["maxLength"] = 255 },
            });
        }

        return parameters;
    }

    private JsonObject Success(Route route, int status, string? meaning = null)
    {
        var response = new JsonObject
        {
            ["description"] = meaning ?? status switch
            {
                201 => "Made.",
                204 => "Done; there is no body.",
                _ => "Done.",
            },
        };
        if (status >= 300)
        {
            return response;
        }

        if (route.Errors.Contains(Errors.RateLimited))
        {
            response["headers"] = HeaderUse("RateLimit", "RateLimit-Policy");
        }

        if (route.IsAnswerBytes)
        {
            response["content"] = new JsonObject { [route.AnswerMedia] = new JsonObject() };
        }
        else if (route.Answer is { } answer)
        {
            response["content"] = Json(_schemas.Output(answer), isSent: false);
        }

        return response;
    }

    private JsonObject Json(JsonObject schema, bool isSent)
    {
        var media = new JsonObject { ["schema"] = schema };
        _bodies.Add((media, isSent));
        return new JsonObject { ["application/json"] = media };
    }

    /// <summary>The same codes are refused in many places, so their answer is described once.</summary>
    private JsonObject Refused(int status, IReadOnlyList<ErrorCode> errors)
    {
        var name = string.Join("Or", errors.Select(error => string.Concat(error.Code.Split('_').Select(word => word[..1] + word[1..].ToLowerInvariant()))));
        if (!_refusals.ContainsKey(name))
        {
            _refusals[name] = Refusal(status, errors);
        }

        return new JsonObject { ["$ref"] = "#/components/responses/" + name };
    }

    private JsonObject Refusal(int status, IReadOnlyList<ErrorCode> errors)
    {
        var response = new JsonObject { ["description"] = string.Join('\n', errors.Select(error => $"- `{error.Code}`: {error.Meaning}")) };
        if (status is 429 or 503)
        {
            response["headers"] = HeaderUse(status == 429 ? ["RateLimit", "RateLimit-Policy", "Retry-After"] : ["Retry-After"]);
        }

        var codes = new JsonArray([.. errors.Select(error => (JsonNode)error.Code)]);
        var schema = new JsonObject
        {
            ["allOf"] = new JsonArray(
                _schemas.Output(typeof(ErrorBody)),
                new JsonObject { ["properties"] = new JsonObject { ["error_code"] = new JsonObject { ["enum"] = codes } } }),
        };
        response["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = schema } };
        return response;
    }
}
