using System.Net.WebSockets;
using System.Text;
using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Sockets;

/// <summary>What a frame may be, in which order frames take effect, and what closes.</summary>
public abstract class FrameTests(Servers servers, Db db) : Play(servers, db)
{
    private static readonly object Ping = new { type = "ping" };

    public static TheoryData<string> NoJson => ["", "hello", "{", "{\"type\":\"ping\"", "{\"type\":\"ping\"}}", "{'type':'ping'}", "\u0001", "{\"type\":\"ping\"} {\"type\":\"ping\"}"];

    [Theory, Rule("W21")]
    [MemberData(nameof(NoJson))]
    public async Task A_frame_that_is_no_json_closes_with_4002(string frame)
    {
        var socket = await (await PersonAsync("alice")).ConnectsAsync();
        await socket.SendBytesAsync(Encoding.UTF8.GetBytes(frame));
        await socket.IsClosedAsync(CloseCodes.InvalidFormat);
    }

    [Fact, Rule("W21", "H43")]
    public async Task Bytes_that_are_not_utf8_close_with_4002_and_half_a_character_is_invalid()
    {
        var alice = await PersonAsync("alice");
        var socket = await alice.ConnectsAsync();
        await socket.AsksAsync("""{"type":"set_status","status":"\ud800"}""").IsRefusedAsync(Errors.ValidationError);
        await socket.AsksAsync("""{"type":"set_status","\udc00":1,"status":7}""").IsRefusedAsync(Errors.ValidationError);
        await socket.SendBytesAsync(new byte[] { (byte)'{', (byte)'"', 0xC3, 0x28, (byte)'"', (byte)':', (byte)'1', (byte)'}' });
        await socket.IsClosedAsync(CloseCodes.InvalidFormat);
    }

    [Fact, Rule("W27")]
    public async Task A_binary_frame_closes_with_4002()
    {
        var socket = await (await PersonAsync("alice")).ConnectsAsync();
        await socket.SendBytesAsync("{\"type\":\"ping\"}"u8.ToArray(), WebSocketMessageType.Binary);
        await socket.IsClosedAsync(CloseCodes.InvalidFormat);
    }

    [Fact, Rule("W22")]
    public async Task The_tenth_invalid_frame_in_a_row_closes_and_a_valid_one_counts_anew()
    {
        var socket = await (await PersonAsync("alice")).ConnectsAsync();
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 9; i++)
            {
                await socket.AsksAsync(i % 2 == 0 ? new { type = "typing" } : new { type = "dance" }).IsAsync("error");
            }

            await socket.AsksAsync(Ping).IsAsync("pong");
        }

        for (var i = 0; i < 10; i++)
        {
            await socket.SendAsync(new { type = "typing" });
        }

        await socket.IsClosedAsync(CloseCodes.InvalidFormat);
        Assert.Equal(27 + 10, socket.All.Count(frame => frame.Type == "error"));
    }

    [Fact, Rule("W25")]
    public async Task A_frame_may_have_512_KiB_and_not_one_byte_more()
    {
        var socket = await (await PersonAsync("alice")).ConnectsAsync();
        await socket.SendBytesAsync(Padded(512 * 1024));
        await socket.ReceivesAsync("pong");
        await socket.SendBytesAsync(Padded(300 * 1024).AsMemory(0, 200 * 1024), endOfMessage: false);
        await socket.SendBytesAsync(Padded(300 * 1024).AsMemory(200 * 1024));
        await socket.ReceivesAsync("pong");
        await socket.SendBytesAsync(Padded((512 * 1024) + 1));
        await socket.IsClosedAsync(CloseCodes.TooLarge);
    }

    [Fact, Rule("W26")]
    public async Task Commands_take_effect_in_the_order_they_were_sent()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        var (sender, receiver) = (await alice.ConnectsAsync(), await bob.ConnectsAsync());
        for (var i = 0; i < 100; i++)
        {
            await sender.SendAsync(new { type = "send_message", conversation_id = direct.Id, ciphertext = $"{i}", message_type = "text", request_id = $"m{i}" });
        }

        for (var i = 0; i < 100; i++)
        {
            Assert.Equal($"m{i}", (await sender.ReceivesAsync("message_ack")).RequestId);
            Assert.Equal($"{i}", (await receiver.ReceivesAsync("message_received", new { ConversationId = direct.Id, Message = new { MessageType = "text" } })).Data.Text("message.ciphertext"));
        }
    }

    [Fact, Rule("W40")]
    public async Task Joining_tells_where_the_log_ends_and_strangers_are_refused()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var direct = await alice.CreatesDirectAsync(bob);
        var sent = await alice.SendsAsync("hello", direct);
        await bob.ConnectsAsync();
        await carol.ConnectsAsync();

        var joined = (await bob.Phone.AsksAsync(new { type = "join_conversation", conversation_id = direct.Id }).IsAsync("conversation_joined")).As<ConversationJoined>();
        Assert.Equal((direct.Id, sent.Seq), (joined.ConversationId, joined.LastSeq));
        await carol.Phone.AsksAsync(new { type = "join_conversation", conversation_id = direct.Id }).IsRefusedAsync(Errors.NotAMember);
        await carol.Phone.AsksAsync(new { type = "join_conversation", conversation_id = Guid.NewGuid() }).IsRefusedAsync(Errors.ConversationNotFound);
        await bob.Phone.AsksAsync(new { type = "leave_conversation", conversation_id = direct.Id }).IsAsync("conversation_left");
    }

    [Fact, Rule("W63", "L15")]
    public async Task A_flood_is_refused_then_closed_with_4003()
    {
        var server = await OwnServerAsync(("Sockets:FramesPerSecond", "1"));
        var (alice, bob) = await PeopleAsync("alice", "bob", server);
        var flood = await alice.ConnectsAsync();
        await bob.ConnectsAsync();
        try
        {
            for (var i = 0; i < 200; i++)
            {
                await flood.SendAsync(Ping);
            }
        }
        catch (Exception closed) when (closed is WebSocketException or IOException)
        {
            // As it should be.
        }

        await flood.IsClosedAsync(CloseCodes.RateLimited);
        var refused = flood.All.First(frame => frame.Type == "error");
        refused.MustBeRefused(Errors.RateLimited);
        Assert.Equal(1, refused.Data.Number("retry_after"));
        Assert.InRange(flood.All.Count(frame => frame.Type == "pong"), 4, 20);
        await bob.Phone.AsksAsync(Ping).IsAsync("pong");
    }

    private static byte[] Padded(int length)
    {
        var (head, tail) = ("{\"type\":\"ping\",\"padding\":\"", "\"}");
        return Encoding.UTF8.GetBytes(head + new string('x', length - head.Length - tail.Length) + tail);
    }
}

public sealed class FramesOnSqlite(Servers servers) : FrameTests(servers, Db.Sqlite);

public sealed class FramesOnPostgres(Servers servers) : FrameTests(servers, Db.Postgres);
