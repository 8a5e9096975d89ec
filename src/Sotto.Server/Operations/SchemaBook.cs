using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Sotto.Contracts;

namespace Sotto.Server.Operations;

/// <summary>
/// JSON Schemas of the contract's records, as <see cref="Wire"/> writes and reads them: each record and enum once, under a name, and
/// references to it everywhere else.
/// </summary>
/// <remarks>
/// What is required follows from how records are written. Answers leave out nulls, so what can't be null is always there. Requests are all
/// nullable, so that every missing field can be named; there, a parameter without a default is one that the use case insists on.
/// </remarks>
internal sealed class SchemaBook(Summaries summaries)
{
    private static readonly NullabilityInfoContext Nullability = new();

    private readonly SortedDictionary<string, Type> _named = new(StringComparer.Ordinal);
    private readonly HashSet<Type> _inputs = [];
    private readonly HashSet<(Type, string)> _givenElsewhere = [];

    /// <summary>The schema of what a client sends.</summary>
    /// <param name="givenElsewhere">Properties that the path names already, so that the body need not.</param>
    public JsonObject Input(Type type, params IEnumerable<string> givenElsewhere)
    {
        foreach (var name in givenElsewhere)
        {
            _givenElsewhere.Add((type, name));
        }

        MarkInput(type);
        return Use(type);
    }

    /// <summary>The schema of what the server sends.</summary>
    public JsonObject Output(Type type) => Use(type);

    /// <summary>All named schemas used so far, sorted by name.</summary>
    public JsonObject Components()
    {
        var written = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal);
        while (_named.FirstOrDefault(pair => !written.ContainsKey(pair.Key)) is { Key: { } name, Value: { } type })
        {
            // Writing one may name others.
            written[name] = type.IsEnum ? EnumSchema(type) : RecordSchema(type);
        }

        return new JsonObject(written);
    }

    /// <summary><c>Page&lt;Message&gt;</c> is a <c>MessagePage</c>.</summary>
    public static string NameOf(Type type) =>
        type.IsGenericType ? string.Concat(type.GetGenericArguments().Select(NameOf)) + type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)] : type.Name;

    public static IEnumerable<PropertyInfo> PropertiesOf(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetCustomAttribute<JsonIgnoreAttribute>() is null or { Condition: not JsonIgnoreCondition.Always })
            .OrderBy(property => property.GetCustomAttribute<JsonPropertyOrderAttribute>()?.Order ?? 0);

    public static string NameOf(PropertyInfo property) =>
        property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);

    private static JsonObject EnumSchema(Type type, string? description = null)
    {
        var schema = new JsonObject { ["type"] = "string" };
        if (description is not null)
        {
            schema["description"] = description;
        }

        schema["enum"] = new JsonArray([.. Enum.GetNames(type).Select(name => (JsonNode)JsonNamingPolicy.SnakeCaseLower.ConvertName(name))]);
        return schema;
    }

    private static Type? ItemOf(Type type) => type switch
    {
        { IsArray: true } when type != typeof(byte[]) => type.GetElementType(),
        { IsGenericType: true } when type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) => type.GetGenericArguments()[0],
        _ when type == typeof(PackedKeys) => typeof(WrappedKey),
        _ => null,
    };

    private static Type? ValueOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>) ? type.GetGenericArguments()[1] : null;

    private static bool IsNamed(Type type) => type.Assembly == typeof(Wire).Assembly && type != typeof(PackedKeys);

    private JsonObject Use(Type declared)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (IsNamed(type))
        {
            _named[NameOf(type)] = type;
            return new JsonObject { ["$ref"] = "#/components/schemas/" + NameOf(type) };
        }

        if (ItemOf(type) is { } item)
        {
            var list = new JsonObject { ["type"] = "array", ["items"] = Use(item) };
            if (type == typeof(PackedKeys))
            {
                list["maxItems"] = Sizes.RecipientKeys;
            }

            return list;
        }

        return ValueOf(type) is { } value ? new JsonObject { ["type"] = "object", ["additionalProperties"] = Use(value) } : Plain(type);
    }

    private static JsonObject Plain(Type type) => type switch
    {
        _ when type == typeof(string) => new JsonObject { ["type"] = "string" },
        _ when type == typeof(bool) => new JsonObject { ["type"] = "boolean" },
        _ when type == typeof(Guid) => new JsonObject { ["type"] = "string", ["format"] = "uuid" },
        _ when type == typeof(DateTimeOffset) => new JsonObject { ["type"] = "string", ["format"] = "date-time" },
        _ when type == typeof(int) => new JsonObject { ["type"] = "integer", ["format"] = "int32" },
        _ when type == typeof(long) => new JsonObject { ["type"] = "integer", ["format"] = "int64" },
        _ when type == typeof(uint) => new JsonObject { ["type"] = "integer", ["minimum"] = 0, ["maximum"] = uint.MaxValue },
        _ when type == typeof(double) => new JsonObject { ["type"] = "number" },
        _ when type == typeof(byte[]) => new JsonObject { ["type"] = "string", ["contentEncoding"] = "base64" },
        _ when type == typeof(JsonObject) => new JsonObject { ["type"] = "object", ["additionalProperties"] = true },
        _ when type == typeof(JsonElement) || type == typeof(JsonNode) => [],
        _ => throw new NotSupportedException($"The API documents have no schema for {type}; teach SchemaBook one."),
    };

    private JsonObject RecordSchema(Type type)
    {
        var schema = new JsonObject { ["type"] = "object" };
        if (summaries.Of(type) is { } summary)
        {
            schema["description"] = summary;
        }

        var required = new JsonArray();
        var properties = new JsonObject();
        var defaults = type.GetConstructors().SelectMany(one => one.GetParameters()).Where(one => one.HasDefaultValue).Select(one => one.Name).ToHashSet();
        foreach (var property in PropertiesOf(type))
        {
            var name = NameOf(property);
            var use = Use(property.PropertyType);
            var isNullable = Nullability.Create(property).ReadState == NullabilityState.Nullable;
            var isWrittenAsNull = property.GetCustomAttribute<JsonIgnoreAttribute>()?.Condition == JsonIgnoreCondition.Never;
            if (isNullable && isWrittenAsNull)
            {
                use = new JsonObject { ["anyOf"] = new JsonArray(use, new JsonObject { ["type"] = "null" }) };
            }

            if (summaries.Of(type, property.Name) is { } meaning)
            {
                use["description"] = meaning;
            }

            properties[name] = use;
            if (isWrittenAsNull || !isNullable || (_inputs.Contains(type) && !defaults.Contains(property.Name) && !_givenElsewhere.Contains((type, name))))
            {
                required.Add((JsonNode)name);
            }
        }

        if (required.Count > 0)
        {
            schema["required"] = required;
        }

        schema["properties"] = properties;
        return schema;
    }

    private JsonObject EnumSchema(Type type) => EnumSchema(type, summaries.Of(type));

    private void MarkInput(Type declared)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if ((ItemOf(type) ?? ValueOf(type)) is { } inner)
        {
            MarkInput(inner);
        }
        else if (IsNamed(type) && !type.IsEnum && _inputs.Add(type))
        {
            foreach (var property in PropertiesOf(type))
            {
                MarkInput(property.PropertyType);
            }
        }
    }
}
