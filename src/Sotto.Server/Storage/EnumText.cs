using System.Text.Json;

namespace Sotto.Server.Storage;

/// <summary>Enums are stored as the same snake_case words that travel on the wire.</summary>
internal static class EnumText
{
    public static string Of<T>(T value)
        where T : struct, Enum => Names<T>.ByValue[value];

    public static T Parse<T>(string text)
        where T : struct, Enum => Names<T>.ByText[text];

    public static bool TryParse<T>(string text, out T value)
        where T : struct, Enum => Names<T>.ByText.TryGetValue(text, out value);

    public static IReadOnlyCollection<string> All<T>()
        where T : struct, Enum => Names<T>.ByText.Keys;

    private static class Names<T>
        where T : struct, Enum
    {
        public static readonly Dictionary<T, string> ByValue =
            Enum.GetValues<T>().ToDictionary(value => value, value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()));

        public static readonly Dictionary<string, T> ByText = ByValue.ToDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal);
    }
}
