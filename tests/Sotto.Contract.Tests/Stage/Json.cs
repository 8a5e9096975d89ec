using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Stage;

/// <summary>Reads and writes as the wire has it; also anonymous objects, whose names are turned to snake_case.</summary>
public static class Json
{
    public static JsonSerializerOptions Options { get; } = new(Wire.Json)
    {
        TypeInfoResolver = JsonTypeInfoResolver.Combine(Wire.Default, new DefaultJsonTypeInfoResolver()),
    };

    /// <summary>A string is taken as the JSON itself.</summary>
    public static string Write(object? value) => value as string ?? JsonSerializer.Serialize(value, value?.GetType() ?? typeof(object), Options);

    public static JsonElement Element(object? value)
    {
        using var document = JsonDocument.Parse(Write(value));
        return document.RootElement.Clone();
    }

    public static T As<T>(this JsonElement json) =>
        json.Deserialize<T>(Options) ?? throw new InvalidOperationException($"{json} is no {typeof(T).Name}.");

    /// <summary>What lies at a path such as <c>message.statuses.0.status</c>; null where there is nothing.</summary>
    public static JsonElement? At(this JsonElement json, string path)
    {
        var at = json;
        foreach (var step in path.Split('.'))
        {
            if (at.ValueKind == JsonValueKind.Array && int.TryParse(step, out var index))
            {
                if (index >= at.GetArrayLength())
                {
                    return null;
                }

                at = at[index];
            }
            else if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(step, out at))
            {
                return null;
            }
        }

        return at;
    }

    /// <summary>The value at a path as text; null where there is nothing.</summary>
    public static string? Text(this JsonElement json, string path) => json.At(path) is { ValueKind: not JsonValueKind.Null } at ? at.ToString() : null;

    public static Guid Id(this JsonElement json, string path) =>
        json.At(path) is { ValueKind: JsonValueKind.String } at ? at.GetGuid() : throw new InvalidOperationException($"There is no {path} in {json}.");

    public static long Number(this JsonElement json, string path) =>
        json.At(path) is { ValueKind: JsonValueKind.Number } at ? at.GetInt64() : throw new InvalidOperationException($"There is no {path} in {json}.");

    /// <summary>Whether every property of <paramref name="part"/> is there with the same value, at any depth; arrays must have the same length.</summary>
    public static bool Holds(this JsonElement whole, JsonElement part) => (whole.ValueKind, part.ValueKind) switch
    {
        (JsonValueKind.Object, JsonValueKind.Object) => part.EnumerateObject().All(p => whole.TryGetProperty(p.Name, out var value) && value.Holds(p.Value)),
        (JsonValueKind.Array, JsonValueKind.Array) => whole.GetArrayLength() == part.GetArrayLength() && whole.EnumerateArray().Zip(part.EnumerateArray()).All(p => p.First.Holds(p.Second)),
        _ => JsonElement.DeepEquals(whole, part),
    };
}
