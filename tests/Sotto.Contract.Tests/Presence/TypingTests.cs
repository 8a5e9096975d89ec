using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Presence;

/// <summary>Who is told that somebody types, and for how long.</summary>
public abstract class TypingTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("P6", "P8")]
    public async Task Typing_goes_to_the_other_members_who_joined_and_is_not_kept()
    {
        var (alice, bob, carol, dave) = await PeopleAsync("alice", "bob", "carol", "dave");
        var group = await alice.CreatesGroupAsync(bob, carol);
        foreach (var person in new[] { alice, bob, carol, dave })
        {
            await person.ConnectsAsync();
        }

        var removed = await PersonAsync("removed");
        await alice.AddsAsync(removed, group);
        await removed.ConnectsAsync();
        foreach (var person in new[] { alice, bob, removed })
        {
            await JoinsAsync(person, group);
        }

        await alice.RemovesAsync(removed, group);
        var seq = (await alice.SeesAsync(group)).LastSeq;
        await alice.Phone.SendAsync(Typing(group, true));
        var heard = (await bob.Phone.ReceivesAsync("typing", new { ConversationId = group.Id, IsTyping = true })).As<Typing>();
        Assert.Equal(alice.Id, heard.UserId);
        await alice.Phone.SendAsync(Typing(group, false));
        await bob.Phone.ReceivesAsync("typing", new { ConversationId = group.Id, IsTyping = false });
        await dave.Phone.AsksAsync(Typing(group, true)).IsRefusedAsync(Errors.NotAMember);

        foreach (var person in new[] { alice, carol, dave, removed })
        {
            await person.Phone.Socket.ReceivesNoAsync(f => f.Type == "typing", await SettledAsync(person));
        }

        Assert.Equal(seq, (await alice.SeesAsync(group)).LastSeq);
        var later = await (await bob.NewDeviceAsync()).ConnectsAsync();
        await later.ReceivesAsync("sync_complete");
        await later.ReceivesNoAsync(f => f.Type == "typing", await SettledAsync(bob));
    }

    [Fact, Rule("P7")]
    public async Task Typing_ends_by_itself_and_with_the_last_socket()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        await bob.ConnectsAsync();
        await JoinsAsync(bob, direct);
        var first = await alice.ConnectsAsync();
        var second = await alice.ConnectsAsync();

        await first.SendAsync(Typing(direct, true));
        await bob.Phone.ReceivesAsync("typing", new { UserId = alice.Id, IsTyping = true });
        await bob.Phone.ReceivesAsync("typing", new { UserId = alice.Id, IsTyping = false });

        await first.SendAsync(Typing(direct, true));
        await bob.Phone.ReceivesAsync("typing", new { UserId = alice.Id, IsTyping = true });
        var began = DateTimeOffset.UtcNow;
        await first.CloseAsync();
        await second.CloseAsync();
        await bob.Phone.ReceivesAsync("typing", new { UserId = alice.Id, IsTyping = false });
        Assert.True(DateTimeOffset.UtcNow - began < TimeSpan.FromSeconds(5.5), "Typing must end with the last socket, not six seconds later.");
    }

    private static Task JoinsAsync(Person person, Conversation conversation) =>
        person.Phone.AsksAsync(new { type = "join_conversation", conversation_id = conversation.Id }).IsAsync("conversation_joined");

    private static object Typing(Conversation conversation, bool isTyping) => new { type = "typing", conversation_id = conversation.Id, is_typing = isTyping };
}

public sealed class TypingOnSqlite(Servers servers) : TypingTests(servers, Db.Sqlite);

public sealed class TypingOnPostgres(Servers servers) : TypingTests(servers, Db.Postgres);
