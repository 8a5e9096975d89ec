using Sotto.Contracts;

namespace Sotto.Server.Conversations;

/// <summary>Who may change whose place in a conversation.</summary>
internal static class MembershipRules
{
    /// <summary>Admins and moderators add; nobody gives a role above their own.</summary>
    /// <exception cref="RefusedException">NOT_A_MEMBER, MEMBERS_FIXED or PERMISSION_DENIED.</exception>
    public static void MustLetAdd(this Roster roster, Guid by, MemberRole role)
    {
        roster.MustHave(by);
        roster.MustNotBeDirect();
        if (role > roster.MustModerate(by).Role)
        {
            throw Errors.PermissionDenied.Because("Nobody gives a role above their own.");
        }
    }

    /// <summary>Admins remove anyone, moderators remove members, and everybody themself.</summary>
    /// <exception cref="RefusedException">NOT_A_MEMBER, MEMBERS_FIXED, PERMISSION_DENIED, or USER_NOT_FOUND for who is no member.</exception>
    public static void MustLetRemove(this Roster roster, Guid by, Guid userId)
    {
        roster.MustHave(by);
        roster.MustNotBeDirect();
        if (by == userId)
        {
            return;
        }

        var role = roster.MustModerate(by).Role;
        if (roster.MustFind(userId).Role != MemberRole.Member && role != MemberRole.Admin)
        {
            throw Errors.PermissionDenied.Because("Only an admin removes admins and moderators.");
        }
    }

    /// <summary>Admins change roles; the only admin keeps theirs.</summary>
    /// <exception cref="RefusedException">NOT_A_MEMBER, MEMBERS_FIXED, PERMISSION_DENIED, LAST_ADMIN, or USER_NOT_FOUND for who is no member.</exception>
    public static void MustLetChangeRole(this Roster roster, Guid by, Guid userId, MemberRole role)
    {
        roster.MustHave(by);
        roster.MustNotBeDirect();
        roster.MustAdminister(by);
        if (roster.MustFind(userId).Role == MemberRole.Admin && role != MemberRole.Admin && roster.IsLastAdmin(userId))
        {
            throw Errors.LastAdmin.Because("This is the only admin; make somebody else admin first.");
        }
    }

    /// <summary>What whoever joins without being asked becomes.</summary>
    /// <exception cref="RefusedException">PERMISSION_DENIED.</exception>
    public static MemberRole RoleOfJoining(this Roster roster, ServerRole role) => (roster.Type, roster.Visibility) switch
    {
        (ConversationType.Support, _) when role == ServerRole.Agent => MemberRole.Moderator,
        (ConversationType.Group or ConversationType.Channel, ConversationVisibility.Public) => MemberRole.Member,
        _ => throw Errors.PermissionDenied.Because("This conversation is not public."),
    };

    /// <exception cref="RefusedException">ALREADY_MEMBER.</exception>
    public static void MustNotHave(this Roster roster, Guid userId)
    {
        if (roster.Has(userId))
        {
            throw Errors.AlreadyMember.Because("You are a member already.");
        }
    }

    /// <exception cref="RefusedException">CONVERSATION_FULL.</exception>
    public static void MustHaveRoomFor(this Roster roster, int newcomers)
    {
        var most = NewConversationRules.MostMembers(roster.Type);
        if (roster.Count + newcomers > most)
        {
            throw Errors.ConversationFull.Because($"A conversation of this type has at most {most} members.", ("members", $"at most {most}"));
        }
    }

    /// <summary>Who becomes admin when this one leaves: the longest-standing moderator, else member; null when no hand-over is due.</summary>
    public static Guid? SuccessorOf(this Roster roster, Guid leaverId)
    {
        if (roster.Type == ConversationType.Direct || !roster.IsLastAdmin(leaverId))
        {
            return null;
        }

        return roster.Members.Values
            .Where(member => member.UserId != leaverId)
            .OrderByDescending(member => member.Role)
            .ThenBy(member => member.JoinedSeq)
            .ThenBy(member => member.UserId)
            .FirstOrDefault()?.UserId;
    }

    private static bool IsLastAdmin(this Roster roster, Guid userId) =>
        roster.Members.TryGetValue(userId, out var member) && member.Role == MemberRole.Admin
        && !roster.Members.Values.Any(other => other.UserId != userId && other.Role == MemberRole.Admin);

    private static RosterMember MustFind(this Roster roster, Guid userId) =>
        roster.Members.TryGetValue(userId, out var member) ? member : throw Errors.UserNotFound.Because("This user is no member of the conversation.");
}
