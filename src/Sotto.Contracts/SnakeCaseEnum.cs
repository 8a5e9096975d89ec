using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sotto.Contracts;

/// <summary>Enums travel as snake_case words, never as numbers.</summary>
public sealed class SnakeCaseEnum<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
