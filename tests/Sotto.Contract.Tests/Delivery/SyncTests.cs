using System.Collections.Concurrent;
using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Delivery;

public abstract class SyncTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("M60", "M61", "M63", "M64")]
    public async Task A_socket_gets_first_what_was_not_acknowledged_and_then_is_live()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        var (first, second) = (await alice.SendsAsync("1", direct), await alice.SendsAsync("2", direct));
        await bob.PostAsync("/sync/ack", new SyncAck(direct.Id, first.Seq)).IsAsync(204);
        for (var round = 0; round < 2; round++)
        {
            // Whatever was written to the first socket comes again to the second: nothing was acknowledged.
            var socket = await bob.ConnectsAsync();
            await socket.ReceivesAsync("sync_complete");
            Assert.Equal([second.Seq], Seqs(socket, direct));
            socket.Cut();
        }

        var live = await bob.ConnectsAsync();
        await live.ReceivesAsync("sync_complete", new { conversations = 1 });
        var third = await alice.SendsAsync("3", direct);
        await live.ReceivesAsync("message_received", new { seq = third.Seq });
        Assert.Equal([second.Seq, third.Seq], Seqs(live, direct));
    }

    [Fact, Rule("M62", "M60", "M65")]
    public async Task Sync_gives_the_same_without_a_socket()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        var message = await alice.SendsAsync("1", direct);
        await alice.PatchAsync($"/messages/{message.Id}", new { ciphertext = "1!" }).IsAsync(200);
        await alice.PutAsync($"/messages/{message.Id}/reactions", new { ciphertext = "+" }).IsAsync(200);
        var gone = await alice.SendsAsync("2", direct);
        await alice.DeleteAsync($"/messages/{gone.Id}").IsAsync(204);

        await bob.PostAsync("/sync/ack", new SyncAck(direct.Id, 0)).IsAsync(204);
        var socket = await bob.ConnectsAsync();
        await socket.ReceivesAsync("sync_complete");
        var pushed = socket.All.Where(frame => frame.Data.Text("conversation_id") == direct.Id.ToString() && frame.Data.Text("seq") is not null).ToList();
        var pulled = await bob.GetAsync("/sync").AsAsync<Page<SocketEvent>>();
        Assert.Equal(pushed.Select(frame => (frame.Type, frame.Data.ToString())), pulled.Data.Select(one => (one.Type, one.Data.ToString())));
        Assert.Equal(["message_received", "message_received", "message_updated", "reaction_updated", "message_received", "message_deleted"], pulled.Data.Select(one => one.Type));

        var some = await bob.GetAsync("/sync?limit=2").AsAsync<Page<SocketEvent>>();
        Assert.Equal((2, 6L, true), (some.Data.Count, some.Count, some.HasMore));
        await bob.PostAsync("/sync/ack", new SyncAck(direct.Id, 4)).IsAsync(204);
        await bob.PostAsync("/sync/ack", new SyncAck(direct.Id, 2)).IsAsync(204);
        Assert.Equal([5L, 6L], (await bob.GetAsync("/sync").AsAsync<Page<SocketEvent>>()).Data.Select(one => one.Data.Number("seq")));
        await bob.PostAsync("/sync/ack", new SyncAck(direct.Id, 4_000_000)).IsAsync(204);
        Assert.Empty((await bob.GetAsync("/sync").AsAsync<Page<SocketEvent>>()).Data);
        var next = await alice.SendsAsync("after the end", direct);
        Assert.Equal([next.Seq], (await bob.GetAsync("/sync").AsAsync<Page<SocketEvent>>()).Data.Select(one => one.Data.Number("seq")));
        await bob.PostAsync("/sync/ack", new SyncAck(direct.Id, -1)).IsRefusedAsync(Errors.ValidationError);
        await bob.PostAsync("/sync/ack", new SyncAck(Guid.CreateVersion7(), 1)).IsRefusedAsync(Errors.ConversationNotFound);
    }

    [Fact, Rule("M60", "M63")]
    public async Task Each_device_has_cursors_of_its_own()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        var laptop = await bob.NewDeviceAsync();
        var sent = await alice.SendsAsync("1", direct);
        await bob.PostAsync("/sync/ack", new SyncAck(direct.Id, sent.Seq)).IsAsync(204);
        Assert.Empty((await bob.GetAsync("/sync").AsAsync<Page<SocketEvent>>()).Data);
        Assert.Contains((await laptop.GetAsync("/sync").AsAsync<Page<SocketEvent>>()).Data, one => one.Data.Text("message.id") == sent.Id.ToString());
    }

    [Fact, Rule("V34", "W41", "M61")]
    public async Task Sockets_learn_of_conversations_as_they_come_change_and_go()
    {
        var (alice, bob, carol, dave) = await PeopleAsync("alice", "bob", "carol", "dave");
        var (bobs, daves) = (await bob.ConnectsAsync(), await dave.ConnectsAsync());
        var group = await alice.CreatesGroupAsync(bob, carol);
        var created = await bobs.ReceivesAsync("conversation_created", new { conversation_id = group.Id });
        Assert.Equal((group.Id, MemberRole.Member), (created.As<ConversationCreated>().Conversation.Id, created.As<ConversationCreated>().Conversation.Membership!.Role));
        await bobs.ReceivesAsync("message_received", new { conversation_id = group.Id, message = new { message_type = "system" } });

        await alice.AddsAsync(dave, group);
        await daves.ReceivesAsync("conversation_created", new { conversation_id = group.Id });
        await bobs.ReceivesAsync("member_added", new { conversation_id = group.Id, user_ids = new[] { dave.Id }, by = alice.Id });
        await alice.PatchAsync($"/conversations/{group.Id}", new ConversationChanges(Title: "New")).IsAsync(200);
        await daves.ReceivesAsync("conversation_updated", new { conversation_id = group.Id, title = "New" });
        await alice.PatchAsync($"/conversations/{group.Id}/members/{dave.Id}", new RoleChange(MemberRole.Moderator)).IsAsync(200);
        await daves.ReceivesAsync("member_updated", new { conversation_id = group.Id, user_id = dave.Id, role = "moderator" });
        var sent = await alice.SendsAsync("to all", group);
        await daves.ReceivesAsync("message_received", new { message = new { id = sent.Id } });
        await alice.RemovesAsync(dave, group);
        await daves.ReceivesAsync("member_removed", new { conversation_id = group.Id, user_id = dave.Id });
        await bobs.ReceivesAsync("member_removed", new { conversation_id = group.Id, user_id = dave.Id });
        await alice.DeleteAsync($"/conversations/{group.Id}").IsAsync(204);
        await bobs.ReceivesAsync("conversation_deleted", new { conversation_id = group.Id });
        await daves.ReceivesNoAsync(frame => frame.Type == "conversation_deleted", await SettledAsync(dave));
    }

    [Fact, Rule("M61", "M64", "M2", "S4", "M63")]
    public async Task However_often_a_device_comes_and_goes_it_gets_everything_once_and_in_order()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var group = await alice.CreatesGroupAsync(bob, carol);
        await carol.PostAsync("/sync/ack", new SyncAck(group.Id, 0)).IsAsync(204);
        const int Each = 120;
        var writing = Task.WhenAll(
            WriteAsync(alice, group, Each), WriteAsync(alice, group, Each), WriteAsync(bob, group, Each));
        var got = new ConcurrentQueue<long>();
        var random = new Random(7);
        for (var last = 0L; last < group.LastSeq + (3 * Each);)
        {
            var socket = await carol.ConnectsAsync();
            var take = random.Next(1, 80);
            for (var i = 0; i < take && last < group.LastSeq + (3 * Each); i++)
            {
                var frame = await socket.ReceivesAsync("message_received", new { conversation_id = group.Id });
                var seq = frame.Data.Number("seq");
                got.Enqueue(seq);
                last = seq;
            }

            // The acknowledgement must have been taken before the connection is cut, or what was seen comes again, as it should.
            await socket.SendAsync(new { type = "ack", conversation_id = group.Id, seq = last });
            await socket.AsksAsync(new { type = "ping" }).IsAsync("pong");
            socket.Cut();
        }

        await writing;
        Assert.Equal(Enumerable.Range(1, (int)group.LastSeq + (3 * Each)).Select(i => (long)i), got);
    }

    private static async Task WriteAsync(Person person, Conversation to, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await person.SendsAsync($"{i}", to);
        }
    }

    private static IEnumerable<long> Seqs(Socket socket, Conversation conversation) =>
        socket.All.Where(frame => frame.Data.Text("conversation_id") == conversation.Id.ToString() && frame.Data.Text("seq") is not null && frame.Type == "message_received")
            .Select(frame => frame.Data.Number("seq"));
}

public sealed class SyncOnSqlite(Servers servers) : SyncTests(servers, Db.Sqlite);

public sealed class SyncOnPostgres(Servers servers) : SyncTests(servers, Db.Postgres);
