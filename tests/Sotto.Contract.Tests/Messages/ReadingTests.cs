using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Messages;

public abstract class ReadingTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("M30", "M31", "H7", "H5")]
    public async Task Messages_page_by_offset_and_by_cursor_each_once()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        for (var i = 0; i < 25; i++)
        {
            await alice.SendsAsync($"{i}", direct);
        }

        var all = await PageAsync(bob, direct, "");
        Assert.Equal((26L, 26), (all.Count, all.Data.Count));
        Assert.Equal(Enumerable.Range(1, 26).Reverse().Select(i => (long)i), all.Data.Select(message => message.Seq));
        Assert.Equal(Enumerable.Range(1, 26).Select(i => (long)i), (await PageAsync(bob, direct, "&order=asc")).Data.Select(message => message.Seq));

        var page = await PageAsync(bob, direct, "&skip=5&limit=10");
        Assert.Equal((26L, 21L, 12L), (page.Count, page.Data[0].Seq, page.Data[^1].Seq));

        var down = new List<long>();
        for (long? before = null; ;)
        {
            var next = await PageAsync(bob, direct, "&limit=7" + (before is null ? "" : $"&before_seq={before}"));
            down.AddRange(next.Data.Select(message => message.Seq));
            if (next.HasMore != true)
            {
                break;
            }

            // What comes meanwhile shifts offsets, but no cursor.
            await alice.SendsAsync("meanwhile", direct);
            before = next.Data[^1].Seq;
        }

        Assert.Equal(Enumerable.Range(1, 26).Reverse().Select(i => (long)i), down);
        var up = await PageAsync(bob, direct, "&after_seq=20&limit=3&order=asc");
        Assert.Equal([21L, 22L, 23L], up.Data.Select(message => message.Seq));
        Assert.True(up.HasMore);
        foreach (var bad in (string[])["&limit=101", "&limit=0", "&skip=-1", "&order=up", "&before_seq=x", "&limit=1.5"])
        {
            await bob.GetAsync($"/messages/?conversation_id={direct.Id}{bad}").IsRefusedAsync(Errors.ValidationError);
        }
    }

    [Fact, Rule("M32", "M33", "H34", "H35")]
    public async Task Only_those_who_may_see_a_message_get_it()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var direct = await alice.CreatesDirectAsync(bob);
        var sent = await alice.SendsAsync("secret", direct);
        await alice.GetAsync("/messages/").IsRefusedAsync(Errors.ValidationError);
        await alice.GetAsync("/messages/?conversation_id=nonsense").IsRefusedAsync(Errors.ValidationError);
        await alice.GetAsync($"/messages/?conversation_id={Guid.CreateVersion7()}").IsRefusedAsync(Errors.ConversationNotFound);
        await carol.GetAsync($"/messages/?conversation_id={direct.Id}").IsRefusedAsync(Errors.NotAMember);
        await carol.GetAsync($"/messages/{sent.Id}").IsRefusedAsync(Errors.NotAMember);
        await carol.GetAsync($"/messages/{Guid.CreateVersion7()}").IsRefusedAsync(Errors.MessageNotFound);
        await carol.GetAsync("/messages/nonsense").IsRefusedAsync(Errors.ValidationError);
        Assert.Equal("secret", (await bob.GetAsync($"/messages/{sent.Id}").AsAsync<Message>()).Ciphertext);
    }

    [Fact, Rule("V48", "V49", "M33")]
    public async Task Who_comes_later_sees_nothing_from_before_and_who_left_nothing_from_after()
    {
        var (alice, bob, carol, dave) = await PeopleAsync("alice", "bob", "carol", "dave");
        var group = await alice.CreatesGroupAsync(bob, carol);
        var before = await alice.SendsAsync("before", group);
        await alice.AddsAsync(dave, group);
        var during = await alice.SendsAsync("during", group);
        var watching = await dave.ConnectsAsync();
        await alice.RemovesAsync(dave, group);
        await watching.ReceivesAsync("member_removed", new { user_id = dave.Id });
        var after = await alice.SendsAsync("after", group);

        await dave.GetAsync($"/messages/{before.Id}").IsRefusedAsync(Errors.NotAMember);
        await dave.GetAsync($"/messages/{after.Id}").IsRefusedAsync(Errors.NotAMember);
        await dave.GetAsync($"/messages/?conversation_id={group.Id}").IsRefusedAsync(Errors.NotAMember);
        await watching.ReceivesNoAsync(frame => frame.Data.Text("message.ciphertext") == "after", await SettledAsync(dave));

        await watching.ReceivesAsync("message_received", new { message = new { id = during.Id } });
        var missed = await dave.GetAsync("/sync?limit=1000").AsAsync<Page<SocketEvent>>();
        var texts = missed.Data.Select(one => one.Data.Text("message.ciphertext")).ToList();
        Assert.DoesNotContain("before", texts);
        Assert.DoesNotContain("after", texts);
    }

    private static Task<Page<Message>> PageAsync(Person person, Conversation of, string query) =>
        person.GetAsync($"/messages/?conversation_id={of.Id}{query}").AsAsync<Page<Message>>();
}

public sealed class ReadingOnSqlite(Servers servers) : ReadingTests(servers, Db.Sqlite);

public sealed class ReadingOnPostgres(Servers servers) : ReadingTests(servers, Db.Postgres);
