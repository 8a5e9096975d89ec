using System.Net.Sockets;
using System.Text;
using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Sockets;

/// <summary>Who doesn't read, and who doesn't answer.</summary>
public abstract class SlowReaderTests(Servers servers, Db db) : Play(servers, db)
{
    private const int Messages = 80;
    private const int MessageBytes = 200 * 1024;

    /// <summary>As many at once as the limit of frames allows: their answers must not pile up on somebody who reads.</summary>
    [Fact, Rule("W60", "W63")]
    public async Task A_burst_of_commands_is_answered_and_not_taken_for_a_slow_reader()
    {
        var socket = await (await PersonAsync("alice")).ConnectsAsync();
        for (var i = 0; i < 700; i++)
        {
            await socket.SendAsync("""{"type":"ping"}""");
        }

        await socket.AsksAsync(new { Type = "ping" });
        Assert.Equal(701, socket.All.Count(frame => frame.Type == "pong"));
    }

    [Fact, Rule("W60", "W61")]
    public async Task A_socket_that_does_not_read_is_closed_with_4008_and_costs_nobody_anything()
    {
        var server = await OwnServerAsync(("Sockets:StuckAfter", "00:10:00"));
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol", server);
        var group = await alice.CreatesGroupAsync(bob, carol);
        await bob.ConnectsAsync();
        await bob.Phone.SendAsync(new { type = "ack", conversation_id = group.Id, seq = 1 });
        await bob.Phone.Socket.CloseAsync();

        await carol.ConnectsAsync();
        await alice.ConnectsAsync();
        var slow = await bob.Phone.OpensAsync($"{bob.Phone.SocketPath}?token={bob.Phone.AccessToken}", reads: false);
        var before = server.ResidentBytes;
        var text = new string('x', MessageBytes);
        var sent = new List<Guid>();
        for (var i = 0; i < Messages; i++)
        {
            var ack = await alice.Phone.AsksAsync(new { type = "send_message", conversation_id = group.Id, ciphertext = text, message_type = "text" }).IsAsync("message_ack");
            sent.Add(ack.Data.Id("message.id"));
            await carol.Phone.ReceivesAsync("message_received", new { Message = new { Id = sent[^1] } });
            carol.Phone.Socket.TakesAll();
        }

        // What the kernel holds is not the server's; what it holds itself is bounded, however much was sent.
        Assert.InRange(server.MostResidentBytes - before, 0, 150L * 1024 * 1024);
        slow.StartReading();
        await slow.IsClosedAsync(CloseCodes.TooSlow);

        var back = await bob.ConnectsAsync();
        foreach (var id in sent)
        {
            Assert.Equal(id, (await back.ReceivesAsync("message_received", new { ConversationId = group.Id })).Data.Id("message.id"));
        }
    }

    [Fact, Rule("W64")]
    public async Task The_server_pings_and_drops_who_is_silent()
    {
        var server = await OwnServerAsync(("Sockets:PingEvery", "00:00:01"), ("Sockets:DropAfter", "00:00:06"));
        var (alice, bob) = await PeopleAsync("alice", "bob", server);
        var answers = await alice.ConnectsAsync();

        using var silent = new TcpClient();
        await silent.ConnectAsync(server.Address.Host, server.Address.Port);
        var stream = silent.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET {bob.Phone.SocketPath}?token={bob.Phone.AccessToken} HTTP/1.1\r\nHost: {server.Address.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"));
        using var heard = new MemoryStream();
        try
        {
            await stream.CopyToAsync(heard).WaitAsync(Patience.Limit);
        }
        catch (IOException)
        {
            // Dropped without a goodbye, as there is nobody to hear it.
        }

        byte[] ping = [0x89, 0x00];
        Assert.True(heard.ToArray().AsSpan().Count(ping) >= 2, "The server must ping more than once before it drops a socket.");
        await answers.AsksAsync(new { type = "ping" }).IsAsync("pong");
    }
}

public sealed class SlowReadersOnSqlite(Servers servers) : SlowReaderTests(servers, Db.Sqlite);

public sealed class SlowReadersOnPostgres(Servers servers) : SlowReaderTests(servers, Db.Postgres);
