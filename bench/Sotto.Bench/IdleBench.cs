using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Sotto.Bench;

/// <summary>
/// What an open socket that does nothing costs the server's memory: 10,000 people, each with one device and, in the second half, a direct conversation
/// with another. The server is restarted before, so that no room left by the preparation hides the cost.
/// </summary>
internal static class IdleBench
{
    private const int Count = 10_000;

    public static async Task RunAsync(string? database)
    {
        await using var server = await ServerProcess.StartAsync(database);
        var people = new BenchClient[Count];
        await Parallel.ForAsync(0, Count, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
            people[i] = await BenchClient.RegisterAsync(server, $"idle{i}"));
        await MeasureAsync(server, people, "without conversations");
        await Parallel.ForAsync(0, Count / 2, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
            await people[2 * i].RestAsync(HttpMethod.Post, "/api/v1/conversations/", new { type = "direct", participants = new[] { people[(2 * i) + 1].UserId } }));
        await MeasureAsync(server, people, "each in a direct conversation");
    }

    private static async Task MeasureAsync(ServerProcess server, BenchClient[] people, string what)
    {
        await server.RestartAsync();
        var sockets = new Socket[people.Length];

        // The first hundred bring the code and the caches into memory.
        const int First = 100;
        await OpenAsync(server, people, sockets, 0, First);
        await SettleAsync();
        var before = server.Resident;
        var cpu = server.Cpu;
        await OpenAsync(server, people, sockets, First, people.Length);
        var opening = (server.Cpu - cpu).TotalMicroseconds / (people.Length - First);
        await SettleAsync();
        var after = server.Resident;
        var each = (after - before) / 1024.0 / (people.Length - First);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"idle {what}: {each:N1} KB a socket (goal 18), opening one {opening:N0} µs of server CPU; {before >> 20} MB before, {after >> 20} MB with {people.Length:N0}"));
        foreach (var socket in sockets)
        {
            socket.Dispose();
        }
    }

    /// <summary>Twice the time between the server's pings: what is only garbage has had its chance to go.</summary>
    private static Task SettleAsync() => Task.Delay(TimeSpan.FromSeconds(30));

    private static Task OpenAsync(ServerProcess server, BenchClient[] people, Socket[] sockets, int from, int to) =>
        Parallel.ForAsync(from, to, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) => sockets[i] = await OpenAsync(server, people[i]));

    /// <summary>A bare connection: ten thousand of the library's clients would outweigh the server.</summary>
    private static async Task<Socket> OpenAsync(ServerProcess server, BenchClient person)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server.Address.Host, server.Address.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"GET {person.SocketPath} HTTP/1.1\r\nHost: {server.Address.Authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
        var buffer = new byte[8 * 1024];
        for (var length = 0; !Encoding.UTF8.GetString(buffer, 0, length).Contains("sync_complete", StringComparison.Ordinal);)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(length));
            length += read > 0 ? read : throw new InvalidOperationException("The server closed: " + Encoding.UTF8.GetString(buffer, 0, length));
        }

        return socket;
    }
}
