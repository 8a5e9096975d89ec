using System.Text.Json;
using Sotto.Contracts;

namespace Sotto.Server.Sockets;

/// <summary>One event on its way to a socket: bytes that many sockets share, with an own part in the middle.</summary>
internal readonly record struct OutboundFrame(ReadOnlyMemory<byte> Head, ReadOnlyMemory<byte> Own, ReadOnlyMemory<byte> Tail)
{
    /// <summary>Called once the frame was handed to the connection; never, should the socket close before. Must be quick and must not throw.</summary>
    public Action? Written { get; init; }

    public int Length => Head.Length + Own.Length + Tail.Length;

    public static OutboundFrame Of(ReadOnlyMemory<byte> bytes) => new(bytes, default, default);

    public static OutboundFrame Of<T>(string type, T data, string? requestId = null) =>
        Of(JsonSerializer.SerializeToUtf8Bytes(new Event<T>(type, data, requestId), Wire.Json.GetTypeInfo(typeof(Event<T>))));

    /// <summary>An answer whose data is written already, or a contract record.</summary>
    public static OutboundFrame Answer(string type, object data, string? requestId)
    {
        var json = data is RawData raw ? raw.Json : JsonSerializer.SerializeToUtf8Bytes(data, Wire.Json.GetTypeInfo(data.GetType()));
        var head = System.Text.Encoding.UTF8.GetBytes($"{{\"type\":\"{type}\",\"data\":");
        var tail = requestId is null ? "}"u8.ToArray() : [.. ",\"request_id\":"u8, .. JsonSerializer.SerializeToUtf8Bytes(requestId, Wire.Json.GetTypeInfo(typeof(string))), .. "}"u8];
        return new OutboundFrame(head, json, tail);
    }
}
