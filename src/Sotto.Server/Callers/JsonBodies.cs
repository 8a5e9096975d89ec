using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Sotto.Contracts;

namespace Sotto.Server.Callers;

/// <summary>Reads JSON that a stranger sent, and says exactly what is wrong with it.</summary>
internal static class JsonBodies
{
    /// <exception cref="RefusedException">MALFORMED_JSON when it is not JSON; VALIDATION_ERROR with every field that doesn't fit.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> body)
        where T : class
    {
        if (!Utf8.IsValid(body.Span))
        {
            throw Errors.MalformedJson.Because("The body is not UTF-8.");
        }

        var type = (JsonTypeInfo<T>)Wire.Json.GetTypeInfo(typeof(T));
        try
        {
            return JsonSerializer.Deserialize(body.Span, type)
                ?? throw Errors.ValidationError.Because("The body must be a JSON object.", ("body", "must be an object"));
        }
        catch (JsonException fault)
        {
            throw Explain(body, type, fault);
        }
        catch (InvalidOperationException)
        {
            throw HalfCharacter();
        }
    }

    /// <summary>Whether it is JSON at all, however deep.</summary>
    private static bool IsWellFormed(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = Sizes.RequestBody });
        try
        {
            while (reader.Read())
            {
                // Only whether it can be read to its end.
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static RefusedException Explain(ReadOnlyMemory<byte> body, JsonTypeInfo type, JsonException fault)
    {
        if (!IsWellFormed(body.Span))
        {
            return Errors.MalformedJson.Because("The body is not JSON.");
        }

        var failures = new JsonObject();
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = Sizes.JsonDepth, AllowDuplicateProperties = false });
            Collect(document.RootElement, type, failures);
        }
        catch (JsonException outer)
        {
            failures[Field(outer)] = outer.Message.Contains("depth", StringComparison.OrdinalIgnoreCase)
                ? $"must be nested at most {Sizes.JsonDepth} deep"
                : "must name each property once";
        }
        catch (InvalidOperationException)
        {
            return HalfCharacter();
        }

        if (failures.Count == 0)
        {
            failures[Field(fault)] = "has a wrong type or value";
        }

        return Errors.ValidationError.With("The request is not valid: " + string.Join(", ", failures.Select(f => $"{f.Key} {f.Value}")) + ".", failures);
    }

    /// <summary>An escape such as <c>\ud800</c> alone is JSON by its grammar, but no text.</summary>
    private static RefusedException HalfCharacter() =>
        Errors.ValidationError.Because("The body has a text with half a character.", ("body", "must have no surrogate without its other half"));

    /// <summary>Tries each property alone, so that the answer names all that fail and not just the first.</summary>
    private static void Collect(JsonElement root, JsonTypeInfo type, JsonObject failures)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            failures["body"] = "must be an object";
            return;
        }

        foreach (var property in type.Properties)
        {
            if (!root.TryGetProperty(property.Name, out var value))
            {
                continue;
            }

            try
            {
                value.Deserialize(Wire.Json.GetTypeInfo(property.PropertyType));
            }
            catch (JsonException fault)
            {
                var inner = Field(fault);
                failures[inner == "body" ? property.Name : property.Name + (inner.StartsWith('[') ? inner : "." + inner)] = Reason(property.PropertyType, fault);
            }
        }
    }

    private static string Field(JsonException fault) =>
        fault.Path is { Length: > 1 } path ? path.TrimStart('$').TrimStart('.') : "body";

    private static string Reason(Type type, JsonException fault)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain switch
        {
            { IsEnum: true } => "must be one of " + string.Join(", ", Enum.GetNames(plain).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)),
            _ when plain == typeof(Guid) => "must be a UUID",
            _ when plain == typeof(string) => "must be a text",
            _ when plain == typeof(bool) => "must be true or false",
            _ when plain == typeof(int) || plain == typeof(long) || plain == typeof(uint) => "must be a whole number",
            _ when fault.InnerException is null && fault.Message.StartsWith("must ", StringComparison.Ordinal) => Sentence(fault.Message),
            _ when fault.Message.StartsWith("each entry", StringComparison.Ordinal) => Sentence(fault.Message),
            _ => "has a wrong type or value",
        };
    }

    /// <summary>The part of our own converters' messages before what the serializer adds.</summary>
    private static string Sentence(string message) => message.Split(" Path:", 2)[0].TrimEnd('.');
}
