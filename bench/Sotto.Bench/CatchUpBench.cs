using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Sotto.Bench;

/// <summary>How long a device that was away needs for 10,000 messages of 1 KiB: by <c>GET /sync</c> with acknowledgements, and by its socket.</summary>
internal static class CatchUpBench
{
    private const int Count = 10_000;
    private const int PageSize = 1000;
    private const int Rounds = 5;

    public static async Task RunAsync(string? database)
    {
        await using var server = await ServerProcess.StartAsync(database);
        var sender = await BenchClient.RegisterAsync(server, "sender");
        var people = new List<BenchClient>();
        for (var i = 0; i < 2 * Rounds; i++)
        {
            people.Add(await BenchClient.RegisterAsync(server, $"reader{i}"));
        }

        var made = await sender.RestAsync(
            HttpMethod.Post, "/api/v1/conversations/", new { type = "group", title = "bench", participants = people.Select(person => person.UserId) });
        var conversation = made["id"]!.GetValue<Guid>();
        await FillAsync(sender, conversation);
        for (var i = 0; i < Rounds; i++)
        {
            Print("sync", server, await TimedAsync(() => SyncAsync(people[i], conversation)));
        }

        for (var i = Rounds; i < 2 * Rounds; i++)
        {
            Print("socket", server, await TimedAsync(people[i].ConnectAsync));
        }
    }

    private static async Task FillAsync(BenchClient sender, Guid conversation)
    {
        await sender.ConnectAsync();
        var frame = JsonSerializer.SerializeToUtf8Bytes(new
        {
            type = "send_message", conversation_id = conversation, ciphertext = new string('c', 1024), message_type = "text", recipient_keys = Array.Empty<object>(),
        });
        var sent = 0;
        for (var acked = 0; acked < Count;)
        {
            for (; sent < Count && sent - acked < 64; sent++)
            {
                await sender.SendAsync(frame);
            }

            acked += (await sender.ReceiveBytesAsync()).Span.StartsWith("{\"type\":\"message_ack\""u8) ? 1 : 0;
        }
    }

    private static async Task SyncAsync(BenchClient person, Guid conversation)
    {
        for (var got = 0; got < Count;)
        {
            var (events, lastSeq) = await person.SyncAsync(PageSize);
            if (events == 0)
            {
                throw new InvalidOperationException($"Sync gave {got} of {Count}.");
            }

            got += events;
            await person.RestAsync(HttpMethod.Post, "/api/v1/sync/ack", new { conversation_id = conversation, seq = lastSeq });
        }
    }

    private static async Task<TimeSpan> TimedAsync(Func<Task> run)
    {
        var watch = Stopwatch.StartNew();
        await run();
        return watch.Elapsed;
    }

    private static void Print(string how, ServerProcess server, TimeSpan time) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"catch-up by {how}: {Count:N0} messages in {time.TotalSeconds:N2} s (goal 0.5 by sync), the server at {server.Resident >> 20} MB"));
}
