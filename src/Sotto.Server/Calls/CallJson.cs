using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sotto.Server.Calls;

/// <summary>A call as it is stored. A field that a newer version adds needs a default: older nodes' calls live on through an upgrade.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(Call))]
internal sealed partial class CallJson : JsonSerializerContext
{
    public static string Write(Call call) => JsonSerializer.Serialize(call, Default.Call);

    public static Call Read(string json) => JsonSerializer.Deserialize(json, Default.Call) ?? throw new JsonException("A call is an object.");
}
