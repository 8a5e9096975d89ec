using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Sotto.Contract.Tests.Documents;

/// <summary>
/// Holds JSON against a schema of the API documents. It knows the part of JSON Schema that they use, refuses the rest, and is stricter in
/// one thing: a field that the schema doesn't name is a failure, for the server should send nothing that isn't described.
/// </summary>
public sealed partial class SchemaCheck(JsonElement document)
{
    private static readonly HashSet<string> Notes = ["description", "default", "example", "contentEncoding", "title"];

    /// <summary>Called for every value that a named schema describes; the name and the value.</summary>
    public Action<string, JsonElement> Met { get; init; } = static (_, _) => { };

    /// <summary>What doesn't fit, each as <c>field: reason</c>; empty when all does.</summary>
    public IReadOnlyList<string> Failures(JsonElement schema, JsonElement value)
    {
        var failures = new List<string>();
        Check(schema, value, "body", failures, isWhole: true);
        return failures;
    }

    public JsonElement Resolve(string reference)
    {
        var at = document;
        foreach (var part in reference.Split('/').Skip(1))
        {
            at = at.GetProperty(part);
        }

        return at;
    }

    private static bool IsOfType(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => throw new NotSupportedException("type " + type),
    };

    private static bool HasFormat(string text, string format) => format switch
    {
        "uuid" => Uuid().IsMatch(text),
        "date-time" => DateTimeOffset.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _),
        _ => throw new NotSupportedException("format " + format),
    };

    [GeneratedRegex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
    private static partial Regex Uuid();

    private void Check(JsonElement schema, JsonElement value, string at, List<string> failures, bool isWhole)
    {
        foreach (var rule in schema.EnumerateObject())
        {
            switch (rule.Name)
            {
                case "$ref":
                    var reference = rule.Value.GetString()!;
                    Met(reference[(reference.LastIndexOf('/') + 1)..], value);
                    Check(Resolve(reference), value, at, failures, isWhole);
                    break;
                case "allOf":
                    CheckAll(rule.Value, value, at, failures, isWhole);
                    break;
                case "anyOf":
                    CheckAny(rule.Value, value, at, failures);
                    break;
                case "const":
                    Expect(JsonElement.DeepEquals(rule.Value, value), $"must be {rule.Value}, not {value}");
                    break;
                case "enum":
                    Expect(rule.Value.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)), $"{value} is none of {rule.Value}");
                    break;
                case "type":
                    Expect(IsOfType(value, rule.Value.GetString()!), $"must be of type {rule.Value}, but is {value.ValueKind}");
                    break;
                case "format" when value.ValueKind == JsonValueKind.String:
                    Expect(HasFormat(value.GetString()!, rule.Value.GetString()!), $"must be a {rule.Value}, but is {value}");
                    break;
                case "minimum" when value.ValueKind == JsonValueKind.Number:
                    Expect(value.GetDouble() >= rule.Value.GetDouble(), $"must be at least {rule.Value}, but is {value}");
                    break;
                case "maximum" when value.ValueKind == JsonValueKind.Number:
                    Expect(value.GetDouble() <= rule.Value.GetDouble(), $"must be at most {rule.Value}, but is {value}");
                    break;
                case "maxItems" when value.ValueKind == JsonValueKind.Array:
                    Expect(value.GetArrayLength() <= rule.Value.GetInt32(), $"must have at most {rule.Value} items");
                    break;
                case "required" when value.ValueKind == JsonValueKind.Object:
                    foreach (var name in rule.Value.EnumerateArray().Select(one => one.GetString()!).Where(name => !value.TryGetProperty(name, out _)))
                    {
                        failures.Add($"{at}.{name}: is missing");
                    }

                    break;
                case "properties" when value.ValueKind == JsonValueKind.Object:
                    foreach (var property in rule.Value.EnumerateObject())
                    {
                        if (value.TryGetProperty(property.Name, out var inner))
                        {
                            Check(property.Value, inner, $"{at}.{property.Name}", failures, isWhole: true);
                        }
                    }

                    break;
                case "items" when value.ValueKind == JsonValueKind.Array:
                    foreach (var (index, item) in value.EnumerateArray().Index())
                    {
                        Check(rule.Value, item, $"{at}[{index}]", failures, isWhole: true);
                    }

                    break;
                case "additionalProperties" when rule.Value.ValueKind == JsonValueKind.Object && value.ValueKind == JsonValueKind.Object:
                    foreach (var property in value.EnumerateObject())
                    {
                        Check(rule.Value, property.Value, $"{at}.{property.Name}", failures, isWhole: true);
                    }

                    break;
                case "format" or "minimum" or "maximum" or "maxItems" or "required" or "properties" or "items" or "additionalProperties":
                    break;
                default:
                    Expect(Notes.Contains(rule.Name), $"its schema says {rule.Name}, which this check doesn't know");
                    break;
            }
        }

        if (isWhole)
        {
            Unnamed(Named(schema), value, at, failures);
        }

        void Expect(bool holds, string otherwise)
        {
            if (!holds)
            {
                failures.Add($"{at}: {otherwise}");
            }
        }
    }

    private void CheckAll(JsonElement parts, JsonElement value, string at, List<string> failures, bool isWhole)
    {
        foreach (var part in parts.EnumerateArray())
        {
            Check(part, value, at, failures, isWhole: false);
        }

        if (isWhole)
        {
            var names = parts.EnumerateArray().Select(Named).ToArray();
            Unnamed(names.Contains(null) ? null : names.SelectMany(one => one!).ToHashSet(), value, at, failures);
        }
    }

    private void CheckAny(JsonElement choices, JsonElement value, string at, List<string> failures)
    {
        var tried = new List<string>();
        foreach (var choice in choices.EnumerateArray())
        {
            var reasons = new List<string>();
            Check(choice, value, at, reasons, isWhole: true);
            if (reasons.Count == 0)
            {
                return;
            }

            tried.AddRange(reasons);
        }

        failures.Add($"{at}: fits none of the choices ({string.Join("; ", tried)})");
    }

    private static void Unnamed(HashSet<string>? named, JsonElement value, string at, List<string> failures)
    {
        if (named is not null && value.ValueKind == JsonValueKind.Object)
        {
            failures.AddRange(value.EnumerateObject().Where(one => !named.Contains(one.Name)).Select(one => $"{at}.{one.Name}: isn't in the document"));
        }
    }

    /// <summary>The names an object may have; null when it may have any, or the schema leaves them to its parts.</summary>
    private HashSet<string>? Named(JsonElement schema)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            return Named(Resolve(reference.GetString()!));
        }

        return schema.TryGetProperty("properties", out var properties) && !schema.TryGetProperty("additionalProperties", out _)
            ? [.. properties.EnumerateObject().Select(one => one.Name)]
            : null;
    }
}
