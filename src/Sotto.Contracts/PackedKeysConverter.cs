using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace Sotto.Contracts;

/// <summary>Reads the array of wrapped keys in one pass into <see cref="PackedKeys"/>.</summary>
internal sealed class PackedKeysConverter : JsonConverter<PackedKeys>
{
    private const int MaxText = 4096;

    public override PackedKeys Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("must be an array");
        }

        var packer = new PackedKeys.Packer();
        var fragment = new ArrayBufferWriter<byte>(256);
        var seen = new HashSet<Guid>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (packer.Count == Sizes.RecipientKeys)
            {
                throw new JsonException($"must have at most {Sizes.RecipientKeys} entries");
            }

            ReadEntry(ref reader, packer, fragment, seen);
        }

        return packer.Pack();
    }

    public override void Write(Utf8JsonWriter writer, PackedKeys value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        for (var i = 0; i < value.Count; i++)
        {
            value.WriteTo(writer, i);
        }

        writer.WriteEndArray();
    }

    private static void ReadEntry(ref Utf8JsonReader reader, PackedKeys.Packer packer, ArrayBufferWriter<byte> fragment, HashSet<Guid> seen)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("must hold objects");
        }

        Guid? user = null, device = null;
        fragment.ResetWrittenCount();
        fragment.Write("{"u8);
        var texts = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("recipient_user_id"u8))
            {
                user = ReadId(ref reader, user);
            }
            else if (reader.ValueTextEquals("recipient_device_id"u8))
            {
                device = ReadId(ref reader, device);
            }
            else if (reader.ValueTextEquals("encrypted_key"u8))
            {
                texts |= ReadText(ref reader, fragment, "\"encrypted_key\":"u8, bit: 1, texts);
            }
            else if (reader.ValueTextEquals("key_algo"u8))
            {
                texts |= ReadText(ref reader, fragment, "\"key_algo\":"u8, bit: 2, texts);
            }
            else if (reader.ValueTextEquals("nonce"u8))
            {
                texts |= ReadText(ref reader, fragment, "\"nonce\":"u8, bit: 4, texts);
            }
            else
            {
                reader.Skip();
            }
        }

        if (user is not { } userId || device is not { } deviceId || texts != 7)
        {
            throw new JsonException("each entry needs recipient_user_id, recipient_device_id, encrypted_key, key_algo and nonce, once each");
        }

        if (!seen.Add(deviceId))
        {
            throw new JsonException("must name each device once");
        }

        fragment.Write("}"u8);
        packer.Add(userId, deviceId, fragment.WrittenSpan);
    }

    private static Guid ReadId(ref Utf8JsonReader reader, Guid? before) =>
        before is null && reader.Read() && reader.TokenType == JsonTokenType.String && reader.TryGetGuid(out var id)
            ? id
            : throw new JsonException("recipient_user_id and recipient_device_id must be UUIDs, once each");

    private static int ReadText(ref Utf8JsonReader reader, ArrayBufferWriter<byte> fragment, ReadOnlySpan<byte> name, int bit, int texts)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length > MaxText || (texts & bit) != 0)
        {
            throw new JsonException($"encrypted_key, key_algo and nonce must be texts of at most {MaxText} bytes, once each");
        }

        MustBeText(reader);

        if (fragment.WrittenCount > 1)
        {
            fragment.Write(","u8);
        }

        // The raw text is copied with its escapes: it is valid JSON and stays so.
        fragment.Write(name);
        fragment.Write("\""u8);
        fragment.Write(reader.ValueSpan);
        fragment.Write("\""u8);
        return bit;
    }

    /// <summary>The reader itself doesn't look whether a text is UTF-8, nor whether its escapes stand for whole characters; whoever gets it would.</summary>
    private static void MustBeText(in Utf8JsonReader reader)
    {
        if (reader.ValueIsEscaped)
        {
            Span<char> unescaped = stackalloc char[MaxText];
            reader.CopyString(unescaped);
        }
        else if (!Utf8.IsValid(reader.ValueSpan))
        {
            throw new JsonException("encrypted_key, key_algo and nonce must be texts");
        }
    }
}
