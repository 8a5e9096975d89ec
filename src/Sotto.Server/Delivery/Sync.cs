using System.Buffers;
using System.Text.Json;
using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Conversations;
using Sotto.Server.Http;
using Sotto.Server.Messages;

namespace Sotto.Server.Delivery;

/// <summary>
/// What the device hasn't acknowledged, for clients without a socket: <c>GET /sync?limit=</c>. The events are those the socket would have sent, in
/// order for each conversation; nothing moves until <c>POST /sync/ack</c>.
/// </summary>
internal sealed class Sync(CursorStore store, Cursors cursors, LogEvents events)
{
    public static void Map(Routes routes) =>
        routes.Get("/sync", "Gives what this device has not acknowledged, as events in order.")
            .Asks("limit", """{"type":"integer","minimum":1,"maximum":1000,"default":100}""", "How many entries to give at most.")
            .Gives<Page<SocketEvent>>()
            .Handle((Sync use, Call call) => use.GiveAsync(call));

    private async Task<RawAnswer> GiveAsync(Call call)
    {
        var limit = call.Paging(100, 1000).Limit;                                 // 422
        var caller = call.Caller;
        await cursors.FlushAsync(call.Ct);
        var followed = await store.FollowedAsync(caller.UserId, caller.DeviceId, call.Ct);
        var waiting = followed.Where(row => row.DeliveredSeq < (row.LeftSeq ?? row.LastSeq)).ToArray();
        var output = new ArrayBufferWriter<byte>(16 * 1024);
        output.Write("{\"data\":["u8);
        var left = limit;
        var any = false;
        foreach (var row in waiting)
        {
            if (left == 0)
            {
                break;
            }

            var entries = await events.AfterAsync(row.ConversationId, row.DeliveredSeq, row.LeftSeq ?? row.LastSeq, left, call.Ct);
            left -= entries.Count;
            foreach (var bytes in entries.Select(entry => entry.For(row)).OfType<Delivered>().SelectMany(entry => EntryEvents.Of(entry, entry.IsShared ? default : caller.DeviceId)))
            {
                output.Write(any ? ","u8 : default);
                bytes.WriteTo(output, caller.DeviceId);
                any = true;
            }
        }

        var count = waiting.Sum(row => (row.LeftSeq ?? row.LastSeq) - row.DeliveredSeq);
        new JsonText(output).Number("],\"count\":"u8, count).Flag(",\"has_more\":"u8, count > limit - left && left == 0).Raw("}"u8);
        return new RawAnswer(output.WrittenMemory);
    }
}
