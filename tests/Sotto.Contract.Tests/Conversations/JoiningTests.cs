using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Conversations;

public abstract class JoiningTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("V64")]
    public async Task Who_is_out_or_invites_no_more_leaves_no_way_in_behind()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var channel = await alice.CreatesAsync(new NewConversation(ConversationType.Channel, "Invited", ConversationVisibility.InviteOnly));
        await alice.AddsAsync(bob, channel, MemberRole.Moderator);
        await alice.AddsAsync(carol, channel, MemberRole.Moderator);
        var ofBob = await bob.PostAsync($"/conversations/{channel.Id}/invites").AsAsync<Invite>(201);
        var ofCarol = await carol.PostAsync($"/conversations/{channel.Id}/invites").AsAsync<Invite>(201);
        var ofAlice = await alice.PostAsync($"/conversations/{channel.Id}/invites").AsAsync<Invite>(201);
        await alice.RemovesAsync(bob, channel);
        await alice.PatchAsync($"/conversations/{channel.Id}/members/{carol.Id}", new RoleChange(MemberRole.Member)).IsAsync(200);
        await bob.PostAsync("/conversations/join", new JoinByCode(ofBob.Code)).IsRefusedAsync(Errors.InviteNotFound);
        await bob.PostAsync("/conversations/join", new JoinByCode(ofCarol.Code)).IsRefusedAsync(Errors.InviteNotFound);
        await bob.PostAsync("/conversations/join", new JoinByCode(ofAlice.Code)).IsAsync(200);
    }

    [Fact, Rule("V60", "V48")]
    public async Task Anyone_joins_a_public_conversation_and_no_other()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var open = await alice.CreatesAsync(new NewConversation(ConversationType.Channel, "Open", ConversationVisibility.Public));
        var closed = await alice.CreatesChannelAsync();
        var invited = await alice.CreatesAsync(new NewConversation(ConversationType.Channel, "Invited", ConversationVisibility.InviteOnly));
        await alice.SendsAsync("before", open);

        var joined = await bob.PostAsync($"/conversations/{open.Id}/join").AsAsync<Conversation>();
        Assert.Equal((MemberRole.Member, 2, 0L), (joined.Membership!.Role, joined.MemberCount, joined.Membership.UnreadCount));
        Assert.Equal(3, Assert.Single(await bob.ReadsAsync(open)).Seq);
        await bob.PostAsync($"/conversations/{open.Id}/join").IsRefusedAsync(Errors.AlreadyMember);
        await bob.PostAsync($"/conversations/{closed.Id}/join").IsRefusedAsync(Errors.PermissionDenied);
        await bob.PostAsync($"/conversations/{invited.Id}/join").IsRefusedAsync(Errors.PermissionDenied);
        await carol.PostAsync($"/conversations/{(await alice.CreatesDirectAsync(bob)).Id}/join").IsRefusedAsync(Errors.PermissionDenied);
        await bob.PostAsync($"/conversations/{Guid.CreateVersion7()}/join").IsRefusedAsync(Errors.ConversationNotFound);
    }

    [Fact, Rule("V60", "V47")]
    public async Task A_crowd_joins_at_once_while_somebody_writes()
    {
        var alice = await PersonAsync("alice");
        var open = await alice.CreatesAsync(new NewConversation(ConversationType.Channel, "Open", ConversationVisibility.Public));
        var crowd = await PeopleAsync(null, [.. Enumerable.Range(0, 25).Select(i => $"p{i}")]);
        var joining = crowd.Select(one => one.PostAsync($"/conversations/{open.Id}/join").IsAsync(200));
        var writing = Enumerable.Range(0, 10).Select(i => alice.SendsAsync($"{i}", open));
        await Task.WhenAll([.. joining.Select(task => (Task)task), .. writing.Select(task => (Task)task)]);

        var seen = await alice.SeesAsync(open);
        Assert.Equal((26, 26L, 36L), (seen.MemberCount, seen.RosterVersion, seen.LastSeq));
    }

    [Fact, Rule("V48", "V49")]
    public async Task Who_comes_back_begins_anew()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var open = await alice.CreatesAsync(new NewConversation(ConversationType.Channel, "Open", ConversationVisibility.Public));
        await bob.PostAsync($"/conversations/{open.Id}/join").IsAsync(200);
        await alice.SendsAsync("first", open);
        await bob.LeavesAsync(open);
        await alice.SendsAsync("between", open);
        var back = await bob.PostAsync($"/conversations/{open.Id}/join").AsAsync<Conversation>();
        Assert.Equal(0, back.Membership!.UnreadCount);
        await alice.SendsAsync("after", open);
        Assert.Equal([back.LastSeq + 1, back.LastSeq], (await bob.ReadsAsync(open)).Select(message => message.Seq));
        Assert.Equal(1, (await bob.SeesAsync(open)).Membership!.UnreadCount);
    }

    [Fact, Rule("V61", "V62")]
    public async Task An_invite_code_makes_a_member()
    {
        var (alice, bob, carol, dave) = await PeopleAsync("alice", "bob", "carol", "dave");
        var channel = await alice.CreatesAsync(new NewConversation(ConversationType.Channel, "Invited", ConversationVisibility.InviteOnly, Participants: [carol.Id]));
        var path = $"/conversations/{channel.Id}/invites";
        await carol.PostAsync(path).IsRefusedAsync(Errors.PermissionDenied);
        await bob.PostAsync(path).IsRefusedAsync(Errors.NotAMember);
        await alice.PostAsync(path, new NewInvite(0, -1)).IsRefusedAsync(Errors.ValidationError);
        await alice.PostAsync($"/conversations/{(await alice.CreatesDirectAsync(bob)).Id}/invites").IsRefusedAsync(Errors.MembersFixed);

        var before = DateTimeOffset.UtcNow;
        var invite = await alice.PostAsync(path).AsAsync<Invite>(201);
        Assert.Equal(1, invite.UsesLeft);
        Assert.True(invite.Code.Length >= 22);
        Assert.InRange(invite.ExpiresAt, before.AddDays(7).AddMinutes(-1), before.AddDays(7).AddMinutes(1));

        await carol.PostAsync("/conversations/join", new JoinByCode(invite.Code)).IsRefusedAsync(Errors.AlreadyMember);
        var joined = await bob.PostAsync("/conversations/join", new JoinByCode(invite.Code)).AsAsync<Conversation>();
        Assert.Equal((channel.Id, MemberRole.Member), (joined.Id, joined.Membership!.Role));
        await dave.PostAsync("/conversations/join", new JoinByCode(invite.Code)).IsRefusedAsync(Errors.InviteNotFound);
        await dave.PostAsync("/conversations/join", new JoinByCode("nonsense")).IsRefusedAsync(Errors.InviteNotFound);
        await dave.PostAsync("/conversations/join", new JoinByCode(null)).IsRefusedAsync(Errors.ValidationError);
    }

    [Fact, Rule("V62")]
    public async Task An_invite_ends_with_its_time_and_when_the_conversation_turns_private()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var channel = await alice.CreatesAsync(new NewConversation(ConversationType.Channel, "Invited", ConversationVisibility.InviteOnly));
        var brief = await alice.PostAsync($"/conversations/{channel.Id}/invites", new NewInvite(5, 1)).AsAsync<Invite>(201);
        while (DateTimeOffset.UtcNow <= brief.ExpiresAt)
        {
            await bob.GetAsync("/users/me");
        }

        await bob.PostAsync("/conversations/join", new JoinByCode(brief.Code)).IsRefusedAsync(Errors.InviteNotFound);
        var other = await alice.PostAsync($"/conversations/{channel.Id}/invites", new NewInvite(5)).AsAsync<Invite>(201);
        await alice.PatchAsync($"/conversations/{channel.Id}", new ConversationChanges(Visibility: ConversationVisibility.Private)).IsAsync(200);
        await bob.PostAsync("/conversations/join", new JoinByCode(other.Code)).IsRefusedAsync(Errors.InviteNotFound);
    }

    [Fact, Rule("V63")]
    public async Task A_code_is_used_as_often_as_it_allows_however_many_try_at_once()
    {
        var alice = await PersonAsync("alice");
        var others = await PeopleAsync(null, "a", "b", "c", "d", "e", "f");
        var channel = await alice.CreatesAsync(new NewConversation(ConversationType.Channel, "Invited", ConversationVisibility.InviteOnly));
        var invite = await alice.PostAsync($"/conversations/{channel.Id}/invites", new NewInvite(2)).AsAsync<Invite>(201);
        var answers = await Task.WhenAll(others.Select(other => other.PostAsync("/conversations/join", new JoinByCode(invite.Code))));
        Assert.Equal(2, answers.Count(answer => answer.Status == 200));
        Assert.All(answers.Where(answer => answer.Status != 200), answer => answer.MustBeRefused(Errors.InviteNotFound));
        Assert.Equal(3, (await alice.SeesAsync(channel)).MemberCount);
    }

    [Fact, Rule("V8", "V9")]
    public async Task Agents_see_open_support_conversations_and_join_them_as_moderators()
    {
        var (alice, agent) = await PeopleAsync("alice", "agent");
        await Administrator.MakesAsync(agent, ServerRole.Agent);
        var support = await alice.OpensSupportAsync();
        const string Queue = "/conversations/?type=support&unassigned=true";

        Assert.Contains((await QueueAsync()).Data, one => one.Id == support.Id);
        await alice.GetAsync(Queue).IsRefusedAsync(Errors.PermissionDenied);
        await agent.GetAsync("/conversations/?unassigned=true").IsRefusedAsync(Errors.ValidationError);
        await agent.GetAsync($"/conversations/{support.Id}").IsRefusedAsync(Errors.NotAMember);

        var joined = await agent.PostAsync($"/conversations/{support.Id}/join").AsAsync<Conversation>();
        Assert.Equal(MemberRole.Moderator, joined.Membership!.Role);
        Assert.DoesNotContain((await QueueAsync()).Data, one => one.Id == support.Id);
        await (await PersonAsync("bob")).PostAsync($"/conversations/{support.Id}/join").IsRefusedAsync(Errors.PermissionDenied);

        async Task<Page<Conversation>> QueueAsync()
        {
            var first = await agent.GetAsync(Queue).AsAsync<Page<Conversation>>();
            var last = await agent.GetAsync($"{Queue}&skip={Math.Max(0, first.Count - 100)}").AsAsync<Page<Conversation>>();
            return new Page<Conversation>([.. first.Data, .. last.Data], first.Count);
        }
    }
}

public sealed class JoiningOnSqlite(Servers servers) : JoiningTests(servers, Db.Sqlite);

public sealed class JoiningOnPostgres(Servers servers) : JoiningTests(servers, Db.Postgres);
