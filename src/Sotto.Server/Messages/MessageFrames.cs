using System.Buffers;
using Sotto.Contracts;
using Sotto.Server.Conversations;
using Sotto.Server.Sockets;

namespace Sotto.Server.Messages;

/// <summary>One event as bytes that many sockets share, but for the wrapped keys in the middle, of which each device gets its own.</summary>
/// <param name="Keys">Null when nothing differs between readers.</param>
internal sealed record EventBytes(ReadOnlyMemory<byte> Head, PackedKeys? Keys, ReadOnlyMemory<byte> Tail)
{
    /// <summary>The middle for one device; empty when it is not addressed.</summary>
    public ReadOnlyMemory<byte> SliceFor(Guid deviceId)
    {
        for (var i = 0; i < (Keys?.Count ?? 0); i++)
        {
            if (Keys!.DeviceAt(i) == deviceId)
            {
                var output = new ArrayBufferWriter<byte>(256);
                Keys.AppendTo(output, i);
                return output.WrittenMemory;
            }
        }

        return default;
    }

    /// <summary>The whole event for one device.</summary>
    public void WriteTo(ArrayBufferWriter<byte> output, Guid deviceId)
    {
        output.Write(Head.Span);
        output.Write(SliceFor(deviceId).Span);
        output.Write(Tail.Span);
    }
}

/// <summary>Writes the events of the log. <see cref="Wire"/> is their form; a test compares the two.</summary>
internal static class MessageFrames
{
    public static RawData Ack(ReadOnlyMemory<byte> message)
    {
        var output = new ArrayBufferWriter<byte>(message.Length + 16);
        new JsonText(output).Raw("{\"message\":"u8).Raw(message.Span).Raw("}"u8);
        return new RawData(output.WrittenMemory);
    }

    /// <summary><c>message_received</c> or <c>message_updated</c>, at the seq of the entry that caused it.</summary>
    public static EventBytes Message(bool isNew, Entry message, long seq, MessageParts parts, Guid deviceId)
    {
        var output = new ArrayBufferWriter<byte>(640 + message.Body.Length);
        output.Write(isNew ? "{\"type\":\"message_received\",\"data\":{\"message\":"u8 : "{\"type\":\"message_updated\",\"data\":{\"message\":"u8);
        MessageJson.WriteHead(output, message, parts, new Viewer(default, deviceId));
        return new EventBytes(output.WrittenMemory, message.PackedKeys, Tail("]}"u8, message.ConversationId, seq));
    }

    public static EventBytes Deleted(Entry deletion, Guid deviceId)
    {
        var output = new ArrayBufferWriter<byte>(512 + deletion.Body.Length);
        var json = new JsonText(output);
        json.Raw("{\"type\":\"message_deleted\",\"data\":{"u8)
            .Id("\"message_id\":\""u8, deletion.TargetId!.Value)
            .Id(",\"deleted_by\":\""u8, deletion.SenderId)
            .Time(",\"deleted_at\":\""u8, deletion.CreatedAt);
        if (deletion.Body.Length > 0)
        {
            json.Raw(",\"deletion\":"u8);
            MessageJson.WriteSealed(json, deletion, new Viewer(default, deviceId));
        }

        json.Raw(Tail(default, deletion.ConversationId, deletion.Seq).Span);
        return new EventBytes(output.WrittenMemory, null, default);
    }

    public static EventBytes Reaction(Entry reaction, Guid deviceId)
    {
        var output = new ArrayBufferWriter<byte>(512 + reaction.Body.Length);
        var json = new JsonText(output);
        json.Raw("{\"type\":\"reaction_updated\",\"data\":{"u8)
            .Id("\"message_id\":\""u8, reaction.TargetId!.Value)
            .Id(",\"user_id\":\""u8, reaction.SenderId);
        if (reaction is { Kind: EntryKind.Reaction, Deleted: false })
        {
            json.Raw(",\"reaction\":"u8);
            MessageJson.WriteReaction(json, reaction, new Viewer(default, deviceId));
        }

        json.Raw(Tail(default, reaction.ConversationId, reaction.Seq).Span);
        return new EventBytes(output.WrittenMemory, null, default);
    }

    private static ReadOnlyMemory<byte> Tail(ReadOnlySpan<byte> before, Guid conversationId, long seq)
    {
        var output = new ArrayBufferWriter<byte>(96);
        new JsonText(output).Raw(before).Id(",\"conversation_id\":\""u8, conversationId).Number(",\"seq\":"u8, seq).Raw("}}"u8);
        return output.WrittenMemory;
    }
}
