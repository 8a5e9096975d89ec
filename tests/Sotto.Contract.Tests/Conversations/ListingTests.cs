using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Conversations;

public abstract class ListingTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("V20", "H5")]
    public async Task Ones_own_conversations_come_with_the_latest_activity_first()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var direct = await alice.CreatesDirectAsync(bob);
        var group = await alice.CreatesGroupAsync(bob, carol);
        var channel = await alice.CreatesChannelAsync();
        await bob.CreatesDirectAsync(carol);
        await AssertOrderAsync(channel, group, direct);

        var sent = await bob.SendsAsync("hello", direct);
        var list = await AssertOrderAsync(direct, channel, group);
        Assert.Equal((sent.Id, sent.CreatedAt), (list.Data[0].LastMessageId, list.Data[0].LastActivity));
        Assert.Equal(3, list.Count);

        var page = await alice.GetAsync("/conversations/?skip=1&limit=1").AsAsync<Page<Conversation>>();
        Assert.Equal((channel.Id, 3L, true), (Assert.Single(page.Data).Id, page.Count, page.HasMore));
        Assert.Equal(1, (await alice.GetAsync("/conversations/?type=group").AsAsync<Page<Conversation>>()).Count);
        foreach (var wrong in new[] { "skip=-1", "limit=0", "limit=101", "limit=x", "type=club", "archived=maybe", "visibility=no" })
        {
            await alice.GetAsync("/conversations/?" + wrong).IsRefusedAsync(Errors.ValidationError);
        }

        async Task<Page<Conversation>> AssertOrderAsync(params Conversation[] expected)
        {
            var listed = await alice.GetAsync("/conversations/").AsAsync<Page<Conversation>>();
            Assert.Equal(expected.Select(one => one.Id), listed.Data.Select(one => one.Id));
            return listed;
        }
    }

    [Fact, Rule("V24")]
    public async Task Public_conversations_are_found_by_the_beginning_of_a_word()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var word = "w" + alice.Id.ToString("N")[16..];
        var open = await alice.CreatesAsync(new NewConversation(ConversationType.Channel, $"The {word.ToUpperInvariant()}nd Club_x", ConversationVisibility.Public));
        await alice.CreatesAsync(new NewConversation(ConversationType.Channel, $"Hidden {word}", ConversationVisibility.InviteOnly));

        foreach (var query in new[] { word, word + "nd", word + "nd cl", "the " + word, (word + "nd  CLUB_").ToUpperInvariant() })
        {
            var found = await FindAsync(query);
            Assert.Equal((open.Id, 1L), (Assert.Single(found.Data).Id, found.Count));
            Assert.Null(found.Data[0].Membership);
        }

        foreach (var query in new[] { word[1..], "lub_x", word + "%", word + "nd clubbx", "%\\" })
        {
            Assert.Empty((await FindAsync(query)).Data);
        }

        await bob.GetAsync("/conversations/?visibility=public&query=%00").IsRefusedAsync(Errors.ValidationError);
        await bob.PostAsync($"/conversations/{open.Id}/join").IsAsync(200);
        Assert.NotNull(Assert.Single((await FindAsync(word)).Data).Membership);

        Task<Page<Conversation>> FindAsync(string query) =>
            bob.GetAsync("/conversations/?visibility=public&query=" + Uri.EscapeDataString(query)).AsAsync<Page<Conversation>>();
    }

    [Fact, Rule("V25", "V21")]
    public async Task Unread_counts_the_messages_of_others_after_the_read_cursor()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var group = await alice.CreatesGroupAsync(bob, carol);
        await bob.SendsAsync("own", group);
        var first = await alice.SendsAsync("1", group);
        var second = await alice.SendsAsync("2", group);
        var third = await carol.SendsAsync("3", group);
        await AssertUnreadAsync(3, null);

        await bob.PostAsync($"/messages/{second.Id}/status", new StatusReport(MessageStatusType.Read)).IsAsync(204);
        await AssertUnreadAsync(1, second.Id);
        await bob.PostAsync($"/messages/{first.Id}/status", new StatusReport(MessageStatusType.Read)).IsAsync(204);
        await AssertUnreadAsync(1, second.Id);

        // Another device of the same person reads on.
        var laptop = await bob.NewDeviceAsync();
        await laptop.PostAsync($"/messages/{third.Id}/status", new StatusReport(MessageStatusType.Read)).IsAsync(204);
        await AssertUnreadAsync(0, third.Id);

        var fourth = await alice.SendsAsync("4", group);
        await AssertUnreadAsync(1, third.Id);
        await alice.DeleteAsync($"/messages/{fourth.Id}").IsAsync(204);
        await AssertUnreadAsync(0, third.Id);
        Assert.Equal(2, (await alice.SeesAsync(group)).Membership!.UnreadCount);

        async Task AssertUnreadAsync(long unread, Guid? lastRead)
        {
            Assert.Equal((unread, lastRead), ((await bob.SeesAsync(group)).Membership!.UnreadCount, (await bob.SeesAsync(group)).Membership!.LastReadMessageId));
            Assert.Equal(unread, (await bob.GetAsync("/conversations/").AsAsync<Page<Conversation>>()).Data[0].Membership!.UnreadCount);
            var member = (await bob.GetAsync($"/conversations/{group.Id}/members").AsAsync<Page<ConversationMember>>()).Data.Single(one => one.UserId == bob.Id);
            Assert.Equal((unread, lastRead), (member.UnreadCount, member.LastReadMessageId));
        }
    }
}

public sealed class ListingOnSqlite(Servers servers) : ListingTests(servers, Db.Sqlite);

public sealed class ListingOnPostgres(Servers servers) : ListingTests(servers, Db.Postgres);
