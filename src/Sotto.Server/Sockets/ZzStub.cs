// Stands in for the sockets until they land: delete this file then. Delivery and Messages need just these members.
using System.Text.Json;
using Sotto.Contracts;
using Sotto.Server.Callers;
namespace Sotto.Server.Sockets;
internal sealed record OutboundFrame(ReadOnlyMemory<byte> Head, ReadOnlyMemory<byte> Slice, ReadOnlyMemory<byte> Tail)
{
    public Action? Written { get; init; }
    public static OutboundFrame Of(ReadOnlyMemory<byte> bytes) => new(bytes, default, default);
    public static OutboundFrame Of<T>(string type, T data) => Of(JsonSerializer.SerializeToUtf8Bytes(new Event<T>(type, data), Wire.Json.GetTypeInfo(typeof(Event<T>))));
}
internal sealed class DeviceSocket { public Caller Caller => null!; public bool TrySend(OutboundFrame f) => true; public Task WaitForRoomAsync(CancellationToken ct) => Task.CompletedTask; }
internal sealed class SocketRegistry { public IReadOnlyCollection<DeviceSocket> SocketsOf(Guid u) => []; }
