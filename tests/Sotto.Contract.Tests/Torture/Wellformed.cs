using System.Text;
using System.Text.Json;

namespace Sotto.Contract.Tests.Torture;

/// <summary>What the test itself holds input to be.</summary>
internal static class Wellformed
{
    /// <summary>JSON by its grammar, at any depth.</summary>
    public static bool IsJson(byte[] bytes)
    {
        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetBytes(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes));
            var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = 1_000_000 });
            while (reader.Read())
            {
                // Only whether it can be read to its end.
            }

            return true;
        }
        catch (Exception fault) when (fault is JsonException or ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Whether two tokens are the same bytes; the last letter of base64 has bits that mean nothing.</summary>
    public static bool IsSameToken(string one, string other)
    {
        var (left, right) = (one.Split('.'), other.Trim().Split('.'));
        return left.Length == right.Length && left.Zip(right).All(pair => Decoded(pair.First) is { } a && Decoded(pair.Second) is { } b && a.SequenceEqual(b));
    }

    private static byte[]? Decoded(string part)
    {
        try
        {
            var text = part.Replace('-', '+').Replace('_', '/');
            return Convert.FromBase64String(text + new string('=', (4 - (text.Length % 4)) % 4));
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
