using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Conversations;

public abstract class MembersTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("V40", "V47", "V50")]
    public async Task One_member_is_added_with_a_role_and_several_without()
    {
        var (alice, bob, carol, dave) = await PeopleAsync("alice", "bob", "carol", "dave");
        var channel = await alice.CreatesChannelAsync();

        var one = await alice.PostAsync($"/conversations/{channel.Id}/members", new NewMembers(bob.Id, MemberRole.Moderator)).AsAsync<AddedMembers>(201);
        Assert.Equal((bob.Id, MemberRole.Moderator, 1L, channel.Id), (one.UserId!.Value, one.Role!.Value, one.Count, one.ConversationId!.Value));

        var several = await bob.PostAsync($"/conversations/{channel.Id}/members", new NewMembers(UserIds: [carol.Id, dave.Id, bob.Id])).AsAsync<AddedMembers>(201);
        Assert.Equal([carol.Id, dave.Id], several.Data.Select(member => member.UserId));
        Assert.Null(several.UserId);

        var members = await carol.GetAsync($"/conversations/{channel.Id}/members").AsAsync<Page<ConversationMember>>();
        Assert.Equal([alice.Id, bob.Id, carol.Id, dave.Id], members.Data.Select(member => member.UserId));
        Assert.Equal([MemberRole.Admin, MemberRole.Moderator, MemberRole.Member, MemberRole.Member], members.Data.Select(member => member.Role));
        Assert.Equal(4, members.Count);
        var seen = await carol.SeesAsync(channel);
        Assert.Equal((4, 3L, 3L), (seen.MemberCount, seen.LastSeq, seen.RosterVersion));

        var page = await carol.GetAsync($"/conversations/{channel.Id}/members?skip=1&limit=2").AsAsync<Page<ConversationMember>>();
        Assert.Equal([bob.Id, carol.Id], page.Data.Select(member => member.UserId));
        Assert.Equal((4L, true), (page.Count, page.HasMore));
    }

    [Fact, Rule("V40")]
    public async Task Members_add_nobody_and_moderators_make_no_admins()
    {
        var (alice, bob, carol, dave) = await PeopleAsync("alice", "bob", "carol", "dave");
        var channel = await alice.CreatesChannelAsync(carol);
        await alice.AddsAsync(bob, channel, MemberRole.Moderator);
        await carol.PostAsync($"/conversations/{channel.Id}/members", new NewMembers(dave.Id)).IsRefusedAsync(Errors.PermissionDenied);
        await dave.PostAsync($"/conversations/{channel.Id}/members", new NewMembers(dave.Id)).IsRefusedAsync(Errors.NotAMember);
        await bob.PostAsync($"/conversations/{channel.Id}/members", new NewMembers(dave.Id, MemberRole.Admin)).IsRefusedAsync(Errors.PermissionDenied);
        await bob.AddsAsync(dave, channel, MemberRole.Moderator);
    }

    [Fact, Rule("V41")]
    public async Task Who_is_a_member_already_is_refused()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var group = await alice.CreatesGroupAsync(bob, carol);
        await alice.PostAsync($"/conversations/{group.Id}/members", new NewMembers(bob.Id)).IsRefusedAsync(Errors.AlreadyMember);
        await alice.PostAsync($"/conversations/{group.Id}/members", new NewMembers(UserIds: [carol.Id, bob.Id])).IsRefusedAsync(Errors.AlreadyMember);
        await alice.PostAsync($"/conversations/{group.Id}/members", new NewMembers()).IsRefusedAsync(Errors.ValidationError);
        await alice.PostAsync($"/conversations/{group.Id}/members", new NewMembers(Guid.CreateVersion7())).IsRefusedAsync(Errors.ValidationError);
        Assert.Equal(1, (await alice.SeesAsync(group)).LastSeq);
    }

    [Fact, Rule("V41", "S4")]
    public async Task Of_two_who_add_the_same_person_at_once_one_succeeds()
    {
        var (alice, bob, carol, dave) = await PeopleAsync("alice", "bob", "carol", "dave");
        var channel = await alice.CreatesChannelAsync(carol);
        await alice.AddsAsync(bob, channel, MemberRole.Moderator);
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i =>
            (i % 2 == 0 ? alice : bob).PostAsync($"/conversations/{channel.Id}/members", new NewMembers(dave.Id))));
        Assert.Equal(1, answers.Count(answer => answer.Status == 201));
        Assert.All(answers.Where(answer => answer.Status != 201), answer => answer.MustBeRefused(Errors.AlreadyMember));
        Assert.Equal(3, (await alice.SeesAsync(channel)).LastSeq);
    }

    [Fact, Rule("A52")]
    public async Task Who_has_blocked_the_adder_is_not_added()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var channel = await alice.CreatesChannelAsync();
        await bob.BlocksAsync(alice);
        await alice.PostAsync($"/conversations/{channel.Id}/members", new NewMembers(UserIds: [bob.Id, carol.Id])).IsRefusedAsync(Errors.UserBlocked);
        Assert.Equal(1, (await alice.SeesAsync(channel)).MemberCount);
    }

    [Fact, Rule("V42")]
    public async Task Admins_change_roles()
    {
        var (alice, bob, carol, dave) = await PeopleAsync("alice", "bob", "carol", "dave");
        var group = await alice.CreatesGroupAsync(bob, carol);
        var path = $"/conversations/{group.Id}/members/";
        Assert.Equal(MemberRole.Moderator, (await alice.PatchAsync(path + bob.Id, new RoleChange(MemberRole.Moderator)).AsAsync<ConversationMember>()).Role);
        Assert.Equal(MemberRole.Moderator, (await bob.SeesAsync(group)).Membership?.Role);

        await bob.PatchAsync(path + carol.Id, new RoleChange(MemberRole.Moderator)).IsRefusedAsync(Errors.PermissionDenied);
        await carol.PatchAsync(path + carol.Id, new RoleChange(MemberRole.Admin)).IsRefusedAsync(Errors.PermissionDenied);
        await dave.PatchAsync(path + carol.Id, new RoleChange(MemberRole.Admin)).IsRefusedAsync(Errors.NotAMember);
        await alice.PatchAsync(path + dave.Id, new RoleChange(MemberRole.Admin)).IsRefusedAsync(Errors.UserNotFound);
        await alice.PatchAsync(path + carol.Id, new { Role = "owner" }).IsRefusedAsync(Errors.ValidationError);
        await alice.PatchAsync(path + carol.Id, new { }).IsRefusedAsync(Errors.ValidationError);

        await alice.PatchAsync(path + alice.Id, new RoleChange(MemberRole.Member)).IsRefusedAsync(Errors.LastAdmin);
        await alice.PatchAsync(path + bob.Id, new RoleChange(MemberRole.Admin)).IsAsync(200);
        await alice.PatchAsync(path + alice.Id, new RoleChange(MemberRole.Member)).IsAsync(200);
        Assert.Equal(MemberRole.Member, (await alice.SeesAsync(group)).Membership?.Role);
    }

    [Fact, Rule("V43", "V44")]
    public async Task Admins_remove_anyone_moderators_remove_members_and_members_only_themselves()
    {
        var (alice, bob, carol, dave) = await PeopleAsync("alice", "bob", "carol", "dave");
        var erin = await PersonAsync("erin");
        var group = await alice.CreatesGroupAsync(carol, dave);
        await alice.AddsAsync(bob, group, MemberRole.Moderator);
        await alice.AddsAsync(erin, group, MemberRole.Moderator);
        var path = $"/conversations/{group.Id}/members/";

        await carol.DeleteAsync(path + dave.Id).IsRefusedAsync(Errors.PermissionDenied);
        await bob.DeleteAsync(path + erin.Id).IsRefusedAsync(Errors.PermissionDenied);
        await bob.DeleteAsync(path + alice.Id).IsRefusedAsync(Errors.PermissionDenied);
        await alice.DeleteAsync(path + Guid.CreateVersion7()).IsRefusedAsync(Errors.UserNotFound);
        var removed = await bob.DeleteAsync(path + dave.Id).JsonAsync();
        Assert.Equal("""{"message":"Member removed"}""", removed.GetRawText());
        await dave.DeleteAsync(path + dave.Id).IsRefusedAsync(Errors.NotAMember);
        await dave.GetAsync($"/conversations/{group.Id}").IsRefusedAsync(Errors.NotAMember);
        await carol.LeavesAsync(group);
        await alice.RemovesAsync(erin, group);
        Assert.Equal(2, (await bob.SeesAsync(group)).MemberCount);
    }

    [Fact, Rule("V45")]
    public async Task The_last_admin_hands_over_to_the_longest_standing_moderator_then_member()
    {
        var (alice, bob, carol, dave) = await PeopleAsync("alice", "bob", "carol", "dave");
        var channel = await alice.CreatesChannelAsync(bob);
        await alice.AddsAsync(carol, channel, MemberRole.Moderator);
        await alice.AddsAsync(dave, channel, MemberRole.Moderator);

        await alice.LeavesAsync(channel);
        Assert.Equal(MemberRole.Admin, (await carol.SeesAsync(channel)).Membership?.Role);
        Assert.Equal(MemberRole.Moderator, (await dave.SeesAsync(channel)).Membership?.Role);
        await dave.LeavesAsync(channel);
        await carol.LeavesAsync(channel);
        Assert.Equal(MemberRole.Admin, (await bob.SeesAsync(channel)).Membership?.Role);

        await bob.LeavesAsync(channel);
        await bob.GetAsync($"/conversations/{channel.Id}").IsRefusedAsync(Errors.ConversationNotFound);
    }

    [Fact, Rule("V46")]
    public async Task The_members_of_a_direct_conversation_are_fixed()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var direct = await alice.CreatesDirectAsync(bob);
        var path = $"/conversations/{direct.Id}/members";
        await alice.PostAsync(path, new NewMembers(carol.Id)).IsRefusedAsync(Errors.MembersFixed);
        await alice.DeleteAsync($"{path}/{bob.Id}").IsRefusedAsync(Errors.MembersFixed);
        await bob.DeleteAsync($"{path}/{bob.Id}").IsRefusedAsync(Errors.MembersFixed);
        await alice.PatchAsync($"{path}/{bob.Id}", new RoleChange(MemberRole.Member)).IsRefusedAsync(Errors.MembersFixed);
        await carol.PostAsync(path, new NewMembers(carol.Id)).IsRefusedAsync(Errors.NotAMember);
    }

    [Fact, Rule("V23")]
    public async Task Strangers_see_nothing_and_what_is_not_there_is_not_found()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var direct = await alice.CreatesDirectAsync(bob);
        await carol.GetAsync($"/conversations/{direct.Id}").IsRefusedAsync(Errors.NotAMember);
        await carol.GetAsync($"/conversations/{direct.Id}/members").IsRefusedAsync(Errors.NotAMember);
        await carol.GetAsync($"/conversations/{Guid.CreateVersion7()}").IsRefusedAsync(Errors.ConversationNotFound);
        await carol.GetAsync("/conversations/none").IsRefusedAsync(Errors.ValidationError);
    }
}

public sealed class MembersOnSqlite(Servers servers) : MembersTests(servers, Db.Sqlite);

public sealed class MembersOnPostgres(Servers servers) : MembersTests(servers, Db.Postgres);
