using Sotto.Contracts;

namespace Sotto.Server.Conversations;

/// <summary>An active device of a member.</summary>
internal readonly record struct RosterDevice(Guid DeviceId, bool HasKeys);

/// <summary>A member, and the devices messages must reach.</summary>
/// <param name="ReceiptsSince">Since when they give and see read receipts; null while they don't.</param>
internal sealed record RosterMember(Guid UserId, MemberRole Role, long JoinedSeq, long? ReceiptsSince, IReadOnlyList<RosterDevice> Devices)
{
    public bool MayModerate => Role is MemberRole.Admin or MemberRole.Moderator;
}

/// <summary>Who is in a conversation at one version, and what its rules need to know. Immutable.</summary>
/// <param name="IsBlocked">Direct conversations: one of the two has blocked the other.</param>
internal sealed record Roster(
    Guid ConversationId, long Version, ConversationType Type, ConversationVisibility Visibility, long? TtlSeconds, bool IsBlocked,
    IReadOnlyDictionary<Guid, RosterMember> Members)
{
    public int Count => Members.Count;

    public bool Has(Guid userId) => Members.ContainsKey(userId);

    /// <exception cref="RefusedException">NOT_A_MEMBER.</exception>
    public RosterMember MustHave(Guid userId) =>
        Members.TryGetValue(userId, out var member) ? member : throw Errors.NotAMember.Because("You are not a member of this conversation.");

    /// <exception cref="RefusedException">NOT_A_MEMBER or PERMISSION_DENIED.</exception>
    public RosterMember MustModerate(Guid userId)
    {
        var member = MustHave(userId);
        return member.MayModerate ? member : throw Errors.PermissionDenied.Because("Only an admin or a moderator of this conversation may do that.");
    }

    /// <exception cref="RefusedException">NOT_A_MEMBER or PERMISSION_DENIED.</exception>
    public RosterMember MustAdminister(Guid userId)
    {
        var member = MustHave(userId);
        return member.Role == MemberRole.Admin ? member : throw Errors.PermissionDenied.Because("Only an admin of this conversation may do that.");
    }

    /// <summary>Whether the user may write into the timeline.</summary>
    /// <exception cref="RefusedException">NOT_A_MEMBER, PERMISSION_DENIED or USER_BLOCKED.</exception>
    public RosterMember MustLetSend(Guid userId)
    {
        var member = MustHave(userId);
        if (Type == ConversationType.Channel && !member.MayModerate)
        {
            throw Errors.PermissionDenied.Because("Only admins and moderators send to a channel.");
        }

        MustNotBeBlocked();
        return member;
    }

    /// <summary>Nothing of one reaches the other in the direct conversation of two of whom one has blocked the other.</summary>
    /// <exception cref="RefusedException">USER_BLOCKED.</exception>
    public void MustNotBeBlocked()
    {
        if (IsBlocked)
        {
            throw Errors.UserBlocked.Because("You can't write to this person.");
        }
    }

    /// <exception cref="RefusedException">MEMBERS_FIXED.</exception>
    public void MustNotBeDirect()
    {
        if (Type == ConversationType.Direct)
        {
            throw Errors.MembersFixed.Because("The members of a direct conversation don't change.");
        }
    }
}
