using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Conversations;

public abstract class CreatingTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("V1", "V2", "V22", "H8")]
    public async Task A_group_is_made_with_its_creator_as_admin()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var group = await alice.CreatesAsync(new NewConversation(
            ConversationType.Group, "Tea", Description: "Every day", Participants: [bob.Id, carol.Id, bob.Id, alice.Id], MessageTtlSeconds: 3600));

        Assert.Equal(ConversationVisibility.Private, group.Visibility);
        Assert.Equal(("Tea", "Every day", 3600L), (group.Title, group.Description, group.MessageTtlSeconds));
        Assert.Equal((3, alice.Id, false), (group.MemberCount, group.CreatorId, group.Archived));
        Assert.Equal((1L, 1L), (group.LastSeq, group.RosterVersion));
        Assert.NotNull(group.LastMessageId);
        Assert.NotNull(group.LastActivity);
        Assert.Equal(MemberRole.Admin, group.Membership?.Role);
        Assert.Equal(0, group.Membership?.UnreadCount);

        var seen = await bob.SeesAsync(group);
        Assert.Equal(MemberRole.Member, seen.Membership?.Role);
        Assert.Equal(group with { Membership = null }, seen with { Membership = null });
    }

    [Fact, Rule("V1")]
    public async Task The_type_is_required() =>
        Assert.Equal("is required", (await (await PersonAsync("alice")).PostAsync("/conversations/", new { Title = "x" }).IsRefusedAsync(Errors.ValidationError)).Text("type"));

    [Fact, Rule("V3")]
    public async Task A_participant_who_does_not_exist_is_refused_and_nothing_is_made()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var nobody = Guid.CreateVersion7();
        foreach (var type in new[] { ConversationType.Group, ConversationType.Channel })
        {
            var extra = await alice.PostAsync("/conversations/", new NewConversation(type, Participants: [bob.Id, nobody])).IsRefusedAsync(Errors.ValidationError);
            Assert.Equal(nobody, extra.Id("unknown.0"));
        }

        await alice.PostAsync("/conversations/", new NewConversation(ConversationType.Direct, Participants: [nobody])).IsRefusedAsync(Errors.ValidationError);
        Assert.Equal(0, (await alice.GetAsync("/conversations/").AsAsync<Page<Conversation>>()).Count);
        Assert.Equal(0, (await bob.GetAsync("/conversations/").AsAsync<Page<Conversation>>()).Count);
    }

    [Fact, Rule("V4")]
    public async Task A_direct_conversation_has_exactly_one_other()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        foreach (var others in new Guid[][] { [], [alice.Id], [bob.Id, carol.Id] })
        {
            await alice.PostAsync("/conversations/", new NewConversation(ConversationType.Direct, Participants: others)).IsRefusedAsync(Errors.ValidationError);
        }

        var direct = await alice.CreatesDirectAsync(bob);
        Assert.Equal(2, direct.MemberCount);
        await alice.PostAsync(
            "/conversations/", new NewConversation(ConversationType.Direct, Visibility: ConversationVisibility.Public, Participants: [carol.Id]))
            .IsRefusedAsync(Errors.ValidationError);
    }

    [Fact, Rule("V5")]
    public async Task A_second_direct_conversation_is_the_first()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var first = await alice.PostAsync("/conversations/", new NewConversation(ConversationType.Direct, Participants: [bob.Id])).AsAsync<Conversation>(201);
        var again = await alice.PostAsync("/conversations/", new NewConversation(ConversationType.Direct, Participants: [bob.Id])).AsAsync<Conversation>(200);
        var others = await bob.PostAsync("/conversations/", new NewConversation(ConversationType.Direct, Participants: [alice.Id])).AsAsync<Conversation>(200);
        Assert.Equal((first.Id, first.Id), (again.Id, others.Id));
        Assert.Equal(bob.Id, others.Membership?.UserId);
    }

    [Fact, Rule("V5")]
    public async Task Both_make_their_direct_conversation_at_once_and_have_one()
    {
        for (var round = 0; round < 5; round++)
        {
            var (alice, bob) = await PeopleAsync("alice", "bob");
            var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => (i % 2 == 0 ? alice : bob).CreatesDirectAsync(i % 2 == 0 ? bob : alice)));
            Assert.Single(made.Select(one => one.Id).Distinct());
            Assert.Equal(1, (await bob.GetAsync("/conversations/").AsAsync<Page<Conversation>>()).Count);
            Assert.Equal(1, (await alice.SeesAsync(made[0])).LastSeq);
        }
    }

    [Fact, Rule("A52")]
    public async Task A_blocked_user_cannot_be_drawn_into_a_new_conversation()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        await bob.BlocksAsync(alice);
        await alice.PostAsync("/conversations/", new NewConversation(ConversationType.Direct, Participants: [bob.Id])).IsRefusedAsync(Errors.UserBlocked);
        await bob.PostAsync("/conversations/", new NewConversation(ConversationType.Direct, Participants: [alice.Id])).IsRefusedAsync(Errors.UserBlocked);
        var extra = await alice.PostAsync("/conversations/", new NewConversation(ConversationType.Group, Participants: [bob.Id, carol.Id]))
            .IsRefusedAsync(Errors.UserBlocked);
        Assert.Equal(bob.Id, extra.Id("user_ids.0"));
    }

    [Fact, Rule("V6")]
    public async Task A_group_needs_three_people_and_may_shrink_later()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        foreach (var others in new Guid[][] { [], [bob.Id], [bob.Id, alice.Id, bob.Id] })
        {
            await alice.PostAsync("/conversations/", new NewConversation(ConversationType.Group, Participants: others)).IsRefusedAsync(Errors.GroupTooSmall);
        }

        var group = await alice.CreatesGroupAsync(bob, carol);
        await alice.RemovesAsync(bob, group);
        await alice.RemovesAsync(carol, group);
        Assert.Equal(1, (await alice.SeesAsync(group)).MemberCount);
    }

    [Fact, Rule("V7", "V8")]
    public async Task Channels_and_support_conversations_need_nobody_else()
    {
        var alice = await PersonAsync("alice");
        Assert.Equal(1, (await alice.CreatesChannelAsync()).MemberCount);
        var support = await alice.OpensSupportAsync();
        Assert.Equal((ConversationType.Support, MemberRole.Admin), (support.Type, support.Membership?.Role));
    }

    [Fact, Rule("V10")]
    public async Task Limits_are_named()
    {
        var alice = await PersonAsync("alice");
        var many = Enumerable.Range(0, 1000).Select(_ => Guid.CreateVersion7()).ToArray();
        var extra = await alice.PostAsync("/conversations/", new NewConversation(ConversationType.Group, Participants: many)).IsRefusedAsync(Errors.ValidationError);
        Assert.Contains("999", extra.Text("participants"), StringComparison.Ordinal);
        await alice.PostAsync("/conversations/", new NewConversation(ConversationType.Channel, Title: new string('x', 201), MessageTtlSeconds: -1))
            .IsRefusedAsync(Errors.ValidationError);
    }
}

public sealed class CreatingOnSqlite(Servers servers) : CreatingTests(servers, Db.Sqlite);

public sealed class CreatingOnPostgres(Servers servers) : CreatingTests(servers, Db.Postgres);
