using System.Buffers;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sotto.Contracts;

namespace Sotto.Server.Messages;

/// <summary>Turns the sealed content of a request into the form that is stored: members of a JSON object, as they stand on the wire.</summary>
internal static class MessageBody
{
    public const string DefaultAlgorithm = "aes-256-gcm";

    private static readonly JsonWriterOptions Form = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>The body of a deleted message.</summary>
    public static byte[] Tombstone { get; } = "\"ciphertext\":\"\",\"ciphertext_nonce\":\"\",\"encryption_algo\":\"none\",\"attachments\":[]"u8.ToArray();

    public static byte[] Of(NewMessage message, Func<Guid> newId) =>
        Write(message.Ciphertext, message.CiphertextNonce, message.EncryptionAlgo, message.PreviewTextHash, message.ReplyToId, message.Attachments ?? [], newId);

    public static byte[] Of(MessageEdit edit, JsonElement before) =>
        Write(
            edit.Ciphertext, edit.CiphertextNonce, edit.EncryptionAlgo, edit.PreviewTextHash,
            before.TryGetProperty("reply_to_id", out var reply) ? reply.GetGuid() : null,
            before.TryGetProperty("attachments", out var files) ? files.Deserialize<IReadOnlyList<MessageAttachment>>(Wire.Json) ?? [] : [], () => Guid.Empty);

    /// <summary>The body of a reaction, or of the sealed confirmation that goes with a deletion: without attachments.</summary>
    public static byte[] Sealed(string? ciphertext, string? nonce, string? algorithm) => Write(ciphertext, nonce, algorithm, null, null, null, () => Guid.Empty);

    public static JsonDocument Read(byte[] body)
    {
        var json = new byte[body.Length + 2];
        json[0] = (byte)'{';
        body.CopyTo(json, 1);
        json[^1] = (byte)'}';
        return JsonDocument.Parse(json);
    }

    /// <summary>What a repeat must have in common with the first: everything the client chose.</summary>
    public static byte[] Hash(EntryPurpose purpose, Guid target, MessageType type, byte[] body, PackedKeys keys)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> head = stackalloc byte[18];
        head[0] = (byte)purpose;
        head[1] = (byte)type;
        target.TryWriteBytes(head[2..]);
        hash.AppendData(head);
        hash.AppendData(body);
        hash.AppendData(keys.Blob.Span);
        return hash.GetHashAndReset()[..16];
    }

    private static byte[] Write(
        string? ciphertext, string? nonce, string? algorithm, string? preview, Guid? replyTo, IReadOnlyList<MessageAttachment>? attachments, Func<Guid> newId)
    {
        var output = new ArrayBufferWriter<byte>(256 + (ciphertext?.Length ?? 0));
        using (var json = new Utf8JsonWriter(output, Form))
        {
            json.WriteStartObject();
            json.WriteString("ciphertext"u8, ciphertext);
            json.WriteString("ciphertext_nonce"u8, nonce ?? "");
            json.WriteString("encryption_algo"u8, algorithm ?? DefaultAlgorithm);
            if (preview is not null)
            {
                json.WriteString("preview_text_hash"u8, preview);
            }

            if (replyTo is { } reply)
            {
                json.WriteString("reply_to_id"u8, reply);
            }

            if (attachments is not null)
            {
                WriteAttachments(json, attachments, newId);
            }

            json.WriteEndObject();
        }

        return output.WrittenSpan[1..^1].ToArray();
    }

    private static void WriteAttachments(Utf8JsonWriter json, IReadOnlyList<MessageAttachment> attachments, Func<Guid> newId)
    {
        json.WriteStartArray("attachments"u8);
        foreach (var file in attachments)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, file.Id is { } id && id != Guid.Empty ? id : newId());
            json.WriteString("file_name"u8, file.FileName);
            json.WriteNumber("file_size"u8, file.FileSize ?? 0);
            json.WriteString("content_type"u8, file.ContentType);
            json.WriteString("storage_id"u8, file.StorageId);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}

/// <summary>What an entry is for, so that one client_message_id can't stand for two kinds of things.</summary>
internal enum EntryPurpose : byte
{
    Message = 1,
    Edit = 2,
    Deletion = 3,
    Reaction = 4,
}
