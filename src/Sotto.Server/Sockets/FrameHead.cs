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
                if (reader.ValueTextEquals("type"u8))
                {
                    reader.Read();
                    type = reader.TokenType == JsonTokenType.String ? CommandName(ref reader) : null;
                }
                else if (reader.ValueTextEquals("request_id"u8))
                {
                    reader.Read();
                    requestId = reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length <= 6 * MaxRequestId ? reader.GetString() : null;
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
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Long names are no commands, whatever they say.</summary>
    private static string? CommandName(ref Utf8JsonReader reader) => reader.ValueSpan.Length <= MaxType ? reader.GetString() : "";
}
