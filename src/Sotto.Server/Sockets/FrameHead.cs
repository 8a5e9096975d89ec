using System.Text;
using System.Text.Json;
using Sotto.Contracts;

namespace Sotto.Server.Sockets;

/// <summary>The two members that every frame may have, and what is wrong with them. Pure.</summary>
internal readonly record struct FrameHead(string? Type, string? RequestId, (string Field, string Why)? Fault)
{
    private const int MaxRequestId = 128;
    private const int MaxType = 64;

    /// <returns>False when the frame is not JSON.</returns>
    public static bool TryRead(ReadOnlySpan<byte> frame, out FrameHead head)
    {
        head = new FrameHead(null, null, ("body", "must be an object"));
        try
        {
            var reader = new Utf8JsonReader(frame, new JsonReaderOptions { MaxDepth = Sizes.RequestBody });
            if (!reader.Read())
            {
                return false;
            }

            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                return !reader.Read();
            }

            string? type = null, requestId = null;
            var isFit = true;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (IsNamed(ref reader, "type"u8))
                {
                    reader.Read();
                    type = reader.TokenType == JsonTokenType.String ? CommandName(ref reader) : null;
                }
                else if (IsNamed(ref reader, "request_id"u8))
                {
                    reader.Read();
                    requestId = reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length <= 6 * MaxRequestId ? Text(ref reader) : null;
                    requestId = requestId?.Length <= MaxRequestId ? requestId : null;
                    isFit = requestId is not null || reader.TokenType == JsonTokenType.Null;
                }
                else
                {
                    reader.Read();
                }

                reader.Skip();
            }

            head = new FrameHead(
                type, requestId,
                type is null ? ("type", "is required, and must be a text") : isFit ? null : ("request_id", $"must be a text of at most {MaxRequestId} characters"));
            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Long names are no commands, whatever they say.</summary>
    private static string? CommandName(ref Utf8JsonReader reader) => reader.ValueSpan.Length <= MaxType ? Text(ref reader) ?? "" : "";

    private static bool IsNamed(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) =>
        reader.ValueIsEscaped ? Text(ref reader) is { } text && name.SequenceEqual(Encoding.UTF8.GetBytes(text)) : reader.ValueTextEquals(name);

    /// <summary>Null where the escapes stand for half a character: that is JSON, but no text.</summary>
    private static string? Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
