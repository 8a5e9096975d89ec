using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sotto.Bench;

/// <summary>What a durable message costs the server: 200 sockets in pairs, 1 KiB, a window of eight; then the same into groups of fifty.</summary>
internal static class MessagesBench
{
    private const int Window = 8;

    // How many deliveries the readers may be behind by, a reader: senders wait then, or they would have slow readers closed.
    private const int MaxBehind = 60;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(8);

    public static async Task RunAsync(string? database)
    {
        await using var server = await ServerProcess.StartAsync(database);
        var people = await PeopleAsync(server, 200);
        var direct = await DirectAsync(people);
        var one = await MeasureAsync(server, "1:1", people, direct, receivers: 1);
        var groups = await GroupsAsync(people, 50);
        var many = await MeasureAsync(server, "groups of 50", people, groups, receivers: 49);
        Print($"messages: a further delivery costs {(many - one) / 48:N1} µs of server CPU (goal 10; 1 KiB)");
    }

    private static async Task<BenchClient[]> PeopleAsync(ServerProcess server, int count)
    {
        var people = new BenchClient[count];
        await Parallel.ForAsync(0, count, async (i, _) =>
        {
            people[i] = await BenchClient.RegisterAsync(server, $"bench{i}");
            await people[i].ConnectAsync();
        });
        return people;
    }

    private static async Task<Dictionary<Guid, Guid>> DirectAsync(BenchClient[] people)
    {
        var conversations = new Dictionary<Guid, Guid>();
        for (var i = 0; i < people.Length; i += 2)
        {
            var made = await people[i].RestAsync(HttpMethod.Post, "/api/v1/conversations/", new { type = "direct", participants = new[] { people[i + 1].UserId } });
            conversations[people[i].UserId] = conversations[people[i + 1].UserId] = made["id"]!.GetValue<Guid>();
        }

        return conversations;
    }

    private static async Task<Dictionary<Guid, Guid>> GroupsAsync(BenchClient[] people, int size)
    {
        var conversations = new Dictionary<Guid, Guid>();
        foreach (var members in people.Chunk(size))
        {
            var made = await members[0].RestAsync(
                HttpMethod.Post, "/api/v1/conversations/", new { type = "group", title = "bench", participants = members.Select(member => member.UserId) });
            foreach (var member in members)
            {
                conversations[member.UserId] = made["id"]!.GetValue<Guid>();
            }
        }

        return conversations;
    }

    /// <returns>Server CPU a message, in microseconds.</returns>
    private static async Task<double> MeasureAsync(
        ServerProcess server, string name, BenchClient[] people, Dictionary<Guid, Guid> conversations, int receivers)
    {
        // In groups one member in ten sends, so that the load program keeps up with what it must read.
        var senders = people.Where((_, i) => receivers == 1 ? i % 2 == 0 : i % 50 == 0).ToArray();
        var state = new State { Receivers = receivers, MaxBehind = MaxBehind * people.Length };
        using var stop = new CancellationTokenSource();
        var tasks = people.Select(person => ReadAsync(person, conversations[person.UserId], senders.Contains(person), state, stop.Token)).ToArray();
        await Task.Delay(WarmUp);
        var (cpu, acked, received, watch) = (server.Cpu, state.Acked, state.Received, Stopwatch.StartNew());
        await Task.Delay(Round);
        var used = server.Cpu - cpu;
        var (messages, deliveries) = (state.Acked - acked, state.Received - received);
        var seconds = watch.Elapsed.TotalSeconds;
        await stop.CancelAsync();
        foreach (var reader in people.Except(senders))
        {
            await reader.SendAsync("""{"type":"ping"}"""u8.ToArray());
        }

        await Task.WhenAll(tasks);
        var each = used.TotalMicroseconds / messages;
        Print($"messages {name}: {messages / seconds:N0} messages/s, {deliveries / seconds:N0} deliveries/s, {each:N1} µs of server CPU a message");
        return each;
    }

    private static async Task ReadAsync(BenchClient person, Guid conversation, bool sends, State state, CancellationToken stop)
    {
        var frame = Frame(conversation);
        var inFlight = 0;
        for (; sends && inFlight < Window; inFlight++)
        {
            await person.SendAsync(frame);
        }

        if (!sends)
        {
            while (true)
            {
                var kind = Kind((await person.ReceiveBytesAsync()).Span);
                if (kind == 'r')
                {
                    Interlocked.Increment(ref state.Received);
                }
                else if (kind == 'p')
                {
                    return;
                }
            }
        }

        while (inFlight > 0)
        {
            var kind = Kind((await person.ReceiveBytesAsync()).Span);
            if (kind == 'a')
            {
                Interlocked.Increment(ref state.Acked);
                inFlight--;
                while (state.IsBehind && !stop.IsCancellationRequested)
                {
                    await Task.Delay(1, CancellationToken.None);
                }

                if (!stop.IsCancellationRequested)
                {
                    await person.SendAsync(frame);
                    inFlight++;
                }
            }
            else if (kind == 'r')
            {
                Interlocked.Increment(ref state.Received);
            }
        }
    }

    /// <summary>By the first letters of the type: message_ack, message_received, pong, and the rest.</summary>
    private static char Kind(ReadOnlySpan<byte> frame) =>
        frame.StartsWith("{\"type\":\"message_ack\""u8) ? 'a'
        : frame.StartsWith("{\"type\":\"message_received\""u8) ? 'r'
        : frame.StartsWith("{\"type\":\"pong\""u8) ? 'p'
        : frame.StartsWith("{\"type\":\"error\""u8) ? throw new InvalidOperationException(Encoding.UTF8.GetString(frame))
        : '?';

    private static byte[] Frame(Guid conversation) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        type = "send_message",
        conversation_id = conversation,
        ciphertext = new string('c', 1024),
        message_type = "text",
        recipient_keys = Array.Empty<object>(),
    });

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private sealed class State
    {
        public long Acked;
        public long Received;

        public required int Receivers { get; init; }

        public required long MaxBehind { get; init; }

        public bool IsBehind => (Volatile.Read(ref Acked) * Receivers) - Volatile.Read(ref Received) > MaxBehind;
    }
}
