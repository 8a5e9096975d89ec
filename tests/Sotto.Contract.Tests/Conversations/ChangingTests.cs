using System.Text.Json;
using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Conversations;

public abstract class ChangingTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("V30", "V33")]
    public async Task Admins_and_moderators_change_what_all_see()
    {
        var (alice, bob, carol, dave) = await PeopleAsync("alice", "bob", "carol", "dave");
        var group = await alice.CreatesGroupAsync(bob, carol);
        await alice.PatchAsync($"/conversations/{group.Id}/members/{bob.Id}", new RoleChange(MemberRole.Moderator)).IsAsync(200);
        var path = $"/conversations/{group.Id}";

        var changed = await bob.PatchAsync(path, new ConversationChanges("Tea", "At five", ConversationVisibility.InviteOnly, 60)).AsAsync<Conversation>();
        Assert.Equal(("Tea", "At five", ConversationVisibility.InviteOnly, 60L), (changed.Title, changed.Description, changed.Visibility, changed.MessageTtlSeconds));
        var seen = await carol.SeesAsync(group);
        Assert.Equal(changed with { Membership = null }, seen with { Membership = null });

        await carol.PatchAsync(path, new ConversationChanges("Mine")).IsRefusedAsync(Errors.PermissionDenied);
        await dave.PatchAsync(path, new ConversationChanges("Mine")).IsRefusedAsync(Errors.NotAMember);
        await alice.PatchAsync(path, new ConversationChanges(new string('x', 201), MessageTtlSeconds: -1)).IsRefusedAsync(Errors.ValidationError);
        await alice.PatchAsync(path, new { Visibility = "secret" }).IsRefusedAsync(Errors.ValidationError);

        var off = await alice.PatchAsync(path, new ConversationChanges(Title: "", Description: "", MessageTtlSeconds: 0)).AsAsync<Conversation>();
        Assert.Equal((null, null, (long?)null), (off.Title, off.Description, off.MessageTtlSeconds));
        Assert.Equal(off.LastSeq, (await alice.PatchAsync(path, new ConversationChanges(Title: "")).AsAsync<Conversation>()).LastSeq);
    }

    [Fact, Rule("V30")]
    public async Task A_title_with_letters_of_every_kind_stays_as_it_is_and_control_characters_are_refused()
    {
        var alice = await PersonAsync("alice");
        var channel = await alice.CreatesAsync(new NewConversation(ConversationType.Channel, "Ünï ☕ '; drop -- %_\\"));
        Assert.Equal("Ünï ☕ '; drop -- %_\\", (await alice.SeesAsync(channel)).Title);
        await alice.PatchAsync($"/conversations/{channel.Id}", new { Title = "a\0b" }).IsRefusedAsync(Errors.ValidationError);
        await alice.PatchAsync($"/conversations/{channel.Id}", new { Description = "a\0b" }).IsRefusedAsync(Errors.ValidationError);
        await alice.PostAsync("/conversations/", new { Type = "channel", Title = "a\0b" }).IsRefusedAsync(Errors.ValidationError);
    }

    [Fact, Rule("V31", "V21")]
    public async Task Everybody_archives_and_mutes_for_themself()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var group = await alice.CreatesGroupAsync(bob, carol);
        var own = await carol.PatchAsync($"/conversations/{group.Id}", new ConversationChanges(Archived: true, IsMuted: true)).AsAsync<Conversation>();
        Assert.True(own is { Archived: true, Membership.IsMuted: true });

        var others = await bob.SeesAsync(group);
        Assert.True(others is { Archived: false, Membership.IsMuted: false });
        Assert.Equal(1, others.LastSeq);
        var members = await bob.GetAsync($"/conversations/{group.Id}/members").AsAsync<Page<ConversationMember>>();
        Assert.DoesNotContain(members.Data, member => member.IsMuted);

        Assert.Equal(1, (await carol.GetAsync("/conversations/?archived=true").AsAsync<Page<Conversation>>()).Count);
        Assert.Equal(0, (await carol.GetAsync("/conversations/?archived=false").AsAsync<Page<Conversation>>()).Count);
        var back = await carol.PatchAsync($"/conversations/{group.Id}", new ConversationChanges(Archived: false)).AsAsync<Conversation>();
        Assert.True(back is { Archived: false, Membership.IsMuted: true });
    }

    [Fact, Rule("V32")]
    public async Task An_admin_deletes_a_group_and_all_of_it_is_gone()
    {
        var (alice, bob, carol, dave) = await PeopleAsync("alice", "bob", "carol", "dave");
        var group = await alice.CreatesGroupAsync(bob, carol);
        var message = await bob.SendsAsync("hello", group);
        await bob.DeleteAsync($"/conversations/{group.Id}").IsRefusedAsync(Errors.PermissionDenied);
        await dave.DeleteAsync($"/conversations/{group.Id}").IsRefusedAsync(Errors.NotAMember);

        await alice.DeleteAsync($"/conversations/{group.Id}").IsAsync(204);
        await bob.GetAsync($"/conversations/{group.Id}").IsRefusedAsync(Errors.ConversationNotFound);
        await bob.GetAsync($"/messages/{message.Id}").IsRefusedAsync(Errors.MessageNotFound);
        await bob.GetAsync($"/messages/?conversation_id={group.Id}").IsRefusedAsync(Errors.ConversationNotFound);
        await alice.DeleteAsync($"/conversations/{group.Id}").IsRefusedAsync(Errors.ConversationNotFound);
        Assert.Equal(0, (await bob.GetAsync("/conversations/").AsAsync<Page<Conversation>>()).Count);
    }

    [Fact, Rule("V32")]
    public async Task A_direct_conversation_is_not_deleted()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        await alice.DeleteAsync($"/conversations/{direct.Id}").IsRefusedAsync(Errors.PermissionDenied);
        await alice.PatchAsync($"/conversations/{direct.Id}", new ConversationChanges(Visibility: ConversationVisibility.Public)).IsRefusedAsync(Errors.ValidationError);
        Assert.Equal(3600, (await bob.PatchAsync($"/conversations/{direct.Id}", new ConversationChanges(MessageTtlSeconds: 3600)).AsAsync<Conversation>()).MessageTtlSeconds);
    }

    [Fact, Rule("V33", "V48")]
    public async Task Changes_appear_in_the_timeline_as_system_messages()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var channel = await alice.CreatesChannelAsync(bob);
        await alice.AddsAsync(carol, channel, MemberRole.Moderator);
        await alice.PatchAsync($"/conversations/{channel.Id}", new ConversationChanges("Secret title", MessageTtlSeconds: 60)).IsAsync(200);
        await alice.PatchAsync($"/conversations/{channel.Id}/members/{bob.Id}", new RoleChange(MemberRole.Moderator)).IsAsync(200);
        await alice.RemovesAsync(bob, channel);
        await alice.LeavesAsync(channel);

        var seen = (await carol.ReadsAsync(channel)).Reverse().ToArray();
        Assert.All(seen, message => Assert.Equal((MessageType.System, "none", ""), (message.MessageType, message.EncryptionAlgo, message.CiphertextNonce)));
        Assert.All(seen, message => Assert.DoesNotContain("Secret", message.Ciphertext, StringComparison.Ordinal));
        var actions = seen.Select(message => JsonSerializer.Deserialize<SystemAction>(message.Ciphertext, Wire.Json)!).ToArray();
        Assert.Equal(
            ["member_added", "conversation_updated", "role_changed", "member_removed", "member_left"], actions.Select(action => action.Action));
        Assert.Equal([2L, 3, 4, 5, 6], seen.Select(message => message.Seq));
        Assert.Equal((MemberRole.Moderator, carol.Id), (actions[0].Role, Assert.Single(actions[0].UserIds!)));
        Assert.Equal(["title", "message_ttl_seconds"], actions[1].Changed);
        Assert.Equal((MemberRole.Moderator, bob.Id), (actions[2].Role, Assert.Single(actions[2].UserIds!)));
        Assert.Equal((alice.Id, bob.Id), (actions[3].By, Assert.Single(actions[3].UserIds!)));
        Assert.Equal((alice.Id, carol.Id), (actions[4].By, actions[4].NewAdminId));

        // Whoever was removed sees the removal, and nothing after it.
        await bob.GetAsync($"/conversations/{channel.Id}").IsRefusedAsync(Errors.NotAMember);
    }
}

public sealed class ChangingOnSqlite(Servers servers) : ChangingTests(servers, Db.Sqlite);

public sealed class ChangingOnPostgres(Servers servers) : ChangingTests(servers, Db.Postgres);
