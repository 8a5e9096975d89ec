using CsCheck;
using Sotto.Contracts;
using Sotto.Server.Conversations;

namespace Sotto.Server.Tests.Conversations;

public sealed class MembershipRulesTests
{
    private static readonly MemberRole[] Roles = [MemberRole.Member, MemberRole.Moderator, MemberRole.Admin];

    private static readonly Gen<Roster> Rosters =
        Gen.Select(Gen.Int[0, 2].Select(i => Roles[i]), Gen.Int[1, 4]).Array[1, 7].Select(people => Group([.. people]));

    [Fact, Rule("V45")]
    public void A_conversation_that_had_an_admin_has_one_after_every_leave() => Rosters.Sample(roster =>
    {
        foreach (var leaver in roster.Members.Values)
        {
            var successor = roster.SuccessorOf(leaver.UserId);
            var rest = roster.Members.Values.Where(member => member.UserId != leaver.UserId).ToArray();
            var wasOnlyAdmin = leaver.Role == MemberRole.Admin && rest.All(member => member.Role != MemberRole.Admin);
            Assert.Equal(wasOnlyAdmin && rest.Length > 0, successor is not null);
            if (successor is { } id)
            {
                var heir = rest.Single(member => member.UserId == id);
                Assert.All(rest, other => Assert.True(
                    other.Role < heir.Role || (other.Role == heir.Role && other.JoinedSeq >= heir.JoinedSeq), "Somebody has a better claim."));
            }
        }
    });

    [Fact, Rule("V44")]
    public void Nobody_removes_somebody_of_their_own_rank_or_above_but_admins() => Rosters.Sample(roster =>
    {
        foreach (var by in roster.Members.Values)
        {
            foreach (var target in roster.Members.Values)
            {
                var may = by.UserId == target.UserId || by.Role == MemberRole.Admin
                    || (by.Role == MemberRole.Moderator && target.Role == MemberRole.Member);
                AssertRefusal(may ? null : Errors.PermissionDenied, () => roster.MustLetRemove(by.UserId, target.UserId));
            }

            AssertRefusal(by.MayModerate ? Errors.UserNotFound : Errors.PermissionDenied, () => roster.MustLetRemove(by.UserId, Id(99)));
            AssertRefusal(Errors.NotAMember, () => roster.MustLetRemove(Id(99), by.UserId));
        }
    });

    [Fact, Rule("V40")]
    public void Nobody_gives_a_role_above_their_own() => Rosters.Sample(roster =>
    {
        foreach (var by in roster.Members.Values)
        {
            foreach (var role in Roles)
            {
                AssertRefusal(by.MayModerate && role <= by.Role ? null : Errors.PermissionDenied, () => roster.MustLetAdd(by.UserId, role));
            }
        }

        AssertRefusal(Errors.NotAMember, () => roster.MustLetAdd(Id(99), MemberRole.Member));
    });

    [Fact, Rule("V42")]
    public void Admins_change_roles_and_one_admin_always_stays() => Rosters.Sample(roster =>
    {
        var admins = roster.Members.Values.Count(member => member.Role == MemberRole.Admin);
        foreach (var by in roster.Members.Values)
        {
            foreach (var target in roster.Members.Values)
            {
                foreach (var role in Roles)
                {
                    var expected = by.Role != MemberRole.Admin ? Errors.PermissionDenied
                        : target.Role == MemberRole.Admin && role != MemberRole.Admin && admins == 1 ? Errors.LastAdmin
                        : null;
                    AssertRefusal(expected, () => roster.MustLetChangeRole(by.UserId, target.UserId, role));
                }
            }
        }
    });

    [Fact, Rule("V46")]
    public void In_a_direct_conversation_nothing_changes()
    {
        var direct = Group((MemberRole.Admin, 1), (MemberRole.Admin, 1)) with { Type = ConversationType.Direct };
        var (one, other) = (Id(0), Id(1));
        AssertRefusal(Errors.MembersFixed, () => direct.MustLetAdd(one, MemberRole.Member));
        AssertRefusal(Errors.MembersFixed, () => direct.MustLetRemove(one, one));
        AssertRefusal(Errors.MembersFixed, () => direct.MustLetRemove(one, other));
        AssertRefusal(Errors.MembersFixed, () => direct.MustLetChangeRole(one, other, MemberRole.Member));
        Assert.Null(direct.SuccessorOf(one));
    }

    [Theory, Rule("V9", "V60")]
    [InlineData(ConversationType.Channel, ConversationVisibility.Public, ServerRole.User, MemberRole.Member)]
    [InlineData(ConversationType.Group, ConversationVisibility.Public, ServerRole.Admin, MemberRole.Member)]
    [InlineData(ConversationType.Support, ConversationVisibility.Private, ServerRole.Agent, MemberRole.Moderator)]
    [InlineData(ConversationType.Support, ConversationVisibility.Private, ServerRole.User, null)]
    [InlineData(ConversationType.Support, ConversationVisibility.Private, ServerRole.Admin, null)]
    [InlineData(ConversationType.Channel, ConversationVisibility.InviteOnly, ServerRole.Agent, null)]
    [InlineData(ConversationType.Group, ConversationVisibility.Private, ServerRole.Admin, null)]
    [InlineData(ConversationType.Direct, ConversationVisibility.Private, ServerRole.Agent, null)]
    public void Who_joins_without_being_asked_becomes_this(ConversationType type, ConversationVisibility visibility, ServerRole server, MemberRole? expected)
    {
        var roster = Group((MemberRole.Admin, 1)) with { Type = type, Visibility = visibility };
        if (expected is { } role)
        {
            Assert.Equal(role, roster.RoleOfJoining(server));
        }
        else
        {
            AssertRefusal(Errors.PermissionDenied, () => roster.RoleOfJoining(server));
        }
    }

    [Fact, Rule("V10")]
    public void A_full_conversation_takes_nobody_more()
    {
        var roster = Group([.. Enumerable.Range(0, 998).Select(_ => (MemberRole.Member, 1))]);
        roster.MustHaveRoomFor(2);
        AssertRefusal(Errors.ConversationFull, () => roster.MustHaveRoomFor(3));
        (roster with { Type = ConversationType.Channel }).MustHaveRoomFor(99_002);
    }

    private static Roster Group(params (MemberRole Role, int JoinedSeq)[] people) => new(
        Id(1000), 1, ConversationType.Group, ConversationVisibility.Private, null, false,
        people.Select((person, i) => new RosterMember(Id(i), person.Role, person.JoinedSeq, 0, [])).ToDictionary(member => member.UserId));

    private static Guid Id(int number) => new(number, 0, 0, new byte[8]);

    private static void AssertRefusal(ErrorCode? expected, Action act)
    {
        var thrown = Record.Exception(act);
        Assert.Equal(expected, (thrown as RefusedException)?.Error);
    }
}
