using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Sotto.Bench;

/// <summary>
/// How long a signal takes from one device of a call to the other, beside <see cref="BareRelay"/> with the same frames and the same client, in turns.
/// One frame at a time: the next goes out when the last has come.
/// </summary>
internal static class CallsBench
{
    private const double Goal = 1.5;
    private const int Rounds = 15;
    private const int Frames = 2000;

    // Frames that go the same way before it is the other's turn: what else the machine does meets both.
    private const int Turn = 100;

    // Rounds that only compile, and don't count.
    private const int WarmUps = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task RunAsync(string? database)
    {
        await using var relay = await ServerProcess.StartBareAsync(BareRelay.Verb);
        await using var server = await ServerProcess.StartAsync(database, ("Sotto__RateLimits__SignallingPerMinute", "0"));
        var bare = await BareAsync(relay);
        var call = await CallAsync(server);
        var description = string.Join("\r\n", Enumerable.Repeat("a=fmtp:111 minptime=10;useinbandfec=1;stereo=0", 64))[..2048];
        await CompareAsync(bare, call, "offer", JsonSerializer.SerializeToUtf8Bytes(new { type = "offer", sdp = description }));
        const string Address = "candidate:842163049 1 udp 1677729535 203.0.113.7 46154 typ srflx raddr 10.0.0.17 rport 46154 generation 0 ufrag EsAw network-cost 999";
        await CompareAsync(bare, call, "ice-candidate", JsonSerializer.SerializeToUtf8Bytes(
            new { type = "ice-candidate", candidate = new { candidate = Address, sdpMid = "0", sdpMLineIndex = 0 } }));
    }

    private static async Task<Way> BareAsync(ServerProcess relay)
    {
        var (left, right) = (new BenchClient(relay, "", default, default), new BenchClient(relay, "", default, default));
        await left.OpenAsync("/left", "");
        await right.OpenAsync("/right", "");
        return new Way(relay, left, right);
    }

    private static async Task<Way> CallAsync(ServerProcess server)
    {
        var (alice, bob) = (await BenchClient.RegisterAsync(server, "alice"), await BenchClient.RegisterAsync(server, "bob"));
        await alice.ConnectAsync();
        await bob.ConnectAsync();
        var call = await alice.RestAsync(HttpMethod.Post, "/api/v1/calls/initiate", new { participants = new[] { bob.UserId }, call_type = "video" });
        await bob.RestAsync(HttpMethod.Post, $"/api/v1/calls/{call["call_id"]!.GetValue<Guid>()}/join");
        return new Way(server, alice, bob);
    }

    private static async Task CompareAsync(Way bare, Way call, string type, byte[] frame)
    {
        var start = JsonSerializer.SerializeToUtf8Bytes(new { type }).AsMemory()[..^1];
        List<(double Middle, double Slow)> ratios = [];
        for (var round = 1 - WarmUps; round <= Rounds; round++)
        {
            var (bareTicks, callTicks) = (new List<long>(Frames), new List<long>(Frames));
            var (bareCpu, callCpu) = (bare.Server.Cpu, call.Server.Cpu);
            while (callTicks.Count < Frames)
            {
                await MeasureAsync(bare, frame, start, bareTicks).WaitAsync(Patience);
                await MeasureAsync(call, frame, start, callTicks).WaitAsync(Patience);
            }

            (bareCpu, callCpu) = (bare.Server.Cpu - bareCpu, call.Server.Cpu - callCpu);
            bareTicks.Sort();
            callTicks.Sort();
            if (round < 1)
            {
                continue;
            }

            ratios.Add((At(callTicks, 0.5) / At(bareTicks, 0.5), At(callTicks, 0.99) / At(bareTicks, 0.99)));
            Print($"calls {type} ({frame.Length} bytes) round {round}: {Show(bareTicks, bareCpu, "bare")}, {Show(callTicks, callCpu, "call")}, ratio {ratios[^1].Middle:F2} and {ratios[^1].Slow:F2}");
        }

        var (middle, slow) = (Median(ratios.Select(ratio => ratio.Middle)), Median(ratios.Select(ratio => ratio.Slow)));
        Print($"calls {type}: median ratio of p50 {middle:F2}, of p99 {slow:F2}: {(slow <= Goal ? "PASS" : "short of the goal")} (goal {Goal} at p99)");
    }

    /// <summary>One turn.</summary>
    /// <param name="start">How the frame begins when it arrives; others pass by.</param>
    private static async Task MeasureAsync(Way way, byte[] frame, ReadOnlyMemory<byte> start, List<long> ticks)
    {
        for (var i = 0; i < Turn; i++)
        {
            var sent = Stopwatch.GetTimestamp();
            await way.From.SendAsync(frame);
            while (!(await way.To.ReceiveBytesAsync()).Span.StartsWith(start.Span))
            {
                // Of the call itself.
            }

            ticks.Add(Stopwatch.GetTimestamp() - sent);
        }
    }

    private static string Show(List<long> ticks, TimeSpan cpu, string name) => string.Create(
        CultureInfo.InvariantCulture, $"{name} p50 {At(ticks, 0.5):N0} µs, p99 {At(ticks, 0.99):N0} µs, {cpu.TotalMicroseconds / ticks.Count:N0} µs of CPU a frame");

    /// <returns>Microseconds.</returns>
    private static double At(List<long> ticks, double share) => Stopwatch.GetElapsedTime(0, ticks[(int)(ticks.Count * share)]).TotalMicroseconds;

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    /// <summary>Two sockets and what lies between them.</summary>
    private sealed record Way(ServerProcess Server, BenchClient From, BenchClient To);
}
