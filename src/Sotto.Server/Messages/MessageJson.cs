using System.Buffers;
using System.Text.Json;
using Sotto.Contracts;
using Sotto.Server.Conversations;

namespace Sotto.Server.Messages;

/// <summary>What belongs to a message beside its own row.</summary>
internal sealed record MessageParts(IReadOnlyList<Entry> Reactions, Entry? Deletion, StatusView? Statuses, IReadOnlyCollection<FailureRow> Failures)
{
    public static MessageParts None { get; } = new([], null, null, []);
}

/// <summary>Writes a <see cref="Message"/> as JSON. The wrapped keys come last, so that they alone differ between the readers of one frame.</summary>
internal static class MessageJson
{
    private static readonly byte[][] Types =
        [.. Enum.GetValues<MessageType>().Select(type => JsonSerializer.SerializeToUtf8Bytes(type, Wire.Json.GetTypeInfo(typeof(MessageType))))];

    private static readonly byte[][] Statuses =
        [.. Enum.GetValues<MessageStatusType>().Select(status => JsonSerializer.SerializeToUtf8Bytes(status, Wire.Json.GetTypeInfo(typeof(MessageStatusType))))];

    /// <summary>The whole object.</summary>
    public static void Write(ArrayBufferWriter<byte> output, Entry message, MessageParts parts, Viewer viewer)
    {
        WriteHead(output, message, parts, viewer);
        new JsonText(output).Keys(message.PackedKeys, viewer.KeysOf(message)).Raw("]}"u8);
    }

    /// <summary>All up to the opening of <c>encrypted_keys</c>; what must follow is the keys and <c>]}</c>.</summary>
    public static void WriteHead(ArrayBufferWriter<byte> output, Entry message, MessageParts parts, Viewer viewer)
    {
        var json = new JsonText(output);
        json.Id("{\"id\":\""u8, message.Id)
            .Id(",\"conversation_id\":\""u8, message.ConversationId)
            .Number(",\"seq\":"u8, message.Seq)
            .Id(",\"sender_id\":\""u8, message.SenderId)
            .OptionalId(",\"sender_device_id\":\""u8, message.SenderDeviceId)
            .OptionalId(",\"client_message_id\":\""u8, message.ClientMessageId)
            .Raw(",\"message_type\":"u8).Raw(Types[(int)message.MessageType]).Raw(","u8)
            .Raw(message.Body)
            .Flag(",\"is_edited\":"u8, message.EditCount > 0)
            .Number(",\"edit_count\":"u8, message.EditCount)
            .Flag(",\"is_deleted\":"u8, message.Deleted)
            .Time(",\"created_at\":\""u8, message.CreatedAt)
            .Time(",\"updated_at\":\""u8, message.UpdatedAt)
            .OptionalTime(",\"expires_at\":\""u8, message.ExpiresAt);
        WriteStatuses(json, message, parts);
        json.Raw(",\"reactions\":["u8);
        for (var i = 0; i < parts.Reactions.Count; i++)
        {
            json.Raw(i > 0 ? ","u8 : default);
            WriteReaction(json, parts.Reactions[i], viewer);
        }

        json.Raw("]"u8);
        if (parts.Deletion is { Body.Length: > 0 } deletion)
        {
            json.Raw(",\"deletion\":"u8);
            WriteSealed(json, deletion, viewer);
        }

        json.Raw(",\"encrypted_keys\":["u8);
    }

    public static void WriteReaction(JsonText json, Entry reaction, Viewer viewer) =>
        json.Id("{\"user_id\":\""u8, reaction.SenderId)
            .OptionalId(",\"device_id\":\""u8, reaction.SenderDeviceId)
            .Number(",\"seq\":"u8, reaction.Seq)
            .OptionalId(",\"client_message_id\":\""u8, reaction.ClientMessageId)
            .Raw(","u8).Raw(reaction.Body)
            .Time(",\"created_at\":\""u8, reaction.CreatedAt)
            .Raw(",\"encrypted_keys\":["u8).Keys(reaction.PackedKeys, viewer.KeysOf(reaction)).Raw("]}"u8);

    /// <summary>The sealed confirmation of a deletion.</summary>
    public static void WriteSealed(JsonText json, Entry deletion, Viewer viewer) =>
        json.Raw("{"u8).Raw(deletion.Body)
            .OptionalId(",\"client_message_id\":\""u8, deletion.ClientMessageId)
            .OptionalId(",\"sender_device_id\":\""u8, deletion.SenderDeviceId)
            .Raw(",\"encrypted_keys\":["u8).Keys(deletion.PackedKeys, viewer.KeysOf(deletion)).Raw("]}"u8);

    private static void WriteStatuses(JsonText json, Entry message, MessageParts parts)
    {
        if (parts.Statuses is not { } view || message.Kind != EntryKind.Message)
        {
            json.Raw(",\"statuses\":[]"u8);
            return;
        }

        if (!view.Lists)
        {
            var counts = view.Count(message, parts.Failures);
            json.Number(",\"statuses\":[],\"status_counts\":{\"sent\":"u8, counts.Sent).Number(",\"delivered\":"u8, counts.Delivered)
                .Number(",\"read\":"u8, counts.Read).Number(",\"failed\":"u8, counts.Failed).Raw("}"u8);
            return;
        }

        json.Raw(",\"statuses\":["u8);
        var any = false;
        foreach (var person in view.Of(message, parts.Failures))
        {
            json.Raw(any ? ","u8 : default)
                .Id("{\"user_id\":\""u8, person.UserId)
                .Raw(",\"status\":"u8).Raw(Statuses[(int)person.Status])
                .Time(",\"status_at\":\""u8, person.At).Raw("}"u8);
            any = true;
        }

        json.Raw("]"u8);
    }
}
