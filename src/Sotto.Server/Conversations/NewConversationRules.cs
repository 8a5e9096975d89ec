using Sotto.Contracts;
using Sotto.Server.Accounts;

namespace Sotto.Server.Conversations;

/// <summary>A conversation that is going to be made: checked, and with everything filled in.</summary>
/// <param name="Others">The members beside the creator, each once.</param>
internal sealed record ConversationPlan(
    ConversationType Type, ConversationVisibility Visibility, string? Title, string? Description, long? TtlSeconds, IReadOnlyList<Guid> Others)
{
    /// <summary>A direct conversation's two are equal; elsewhere only the creator is admin.</summary>
    public MemberRole RoleOfOthers => Type == ConversationType.Direct ? MemberRole.Admin : MemberRole.Member;

    /// <summary>What is unique for each pair of people; null but for direct conversations.</summary>
    public string? DirectKey(Guid creatorId) => Type == ConversationType.Direct ? NewConversationRules.DirectKey(creatorId, Others[0]) : null;
}

/// <summary>The rules for making conversations of the four types.</summary>
internal static class NewConversationRules
{
    /// <exception cref="RefusedException">VALIDATION_ERROR with every failing field; GROUP_TOO_SMALL.</exception>
    public static ConversationPlan Plan(this NewConversation wish, Guid creatorId)
    {
        var others = (wish.Participants ?? []).Distinct().Where(id => id != creatorId).ToArray();
        var mostOthers = MostMembers(wish.Type ?? ConversationType.Group) - 1;
        new Check()
            .Required(wish.Type, "type")
            .ConversationTexts(wish.Title, wish.Description)
            .Ttl(wish.MessageTtlSeconds)
            .That((wish.Participants?.Count ?? 0) <= Sizes.MembersAtOnce, "participants", $"must name at most {Sizes.MembersAtOnce} at once")
            .That(others.Length <= mostOthers, "participants", $"must be at most {mostOthers} beside the creator")
            .That(wish.Type is not ConversationType.Direct || others.Length == 1, "participants", "must be exactly one other user")
            .That(MayBe(wish.Type, wish.Visibility), "visibility", OnlyPrivate)
            .Done();
        if (wish.Type == ConversationType.Group && others.Length < 2)
        {
            throw Errors.GroupTooSmall.Because("A group needs three people when it is made.", ("participants", "must be two or more beside the creator"));
        }

        return new ConversationPlan(
            wish.Type!.Value, wish.Visibility ?? ConversationVisibility.Private, Text(wish.Title), Text(wish.Description), Ttl(wish.MessageTtlSeconds), others);
    }

    public static int MostMembers(ConversationType type) => type switch
    {
        ConversationType.Direct => 2,
        ConversationType.Channel => Sizes.ChannelMembers,
        _ => Sizes.GroupMembers,
    };

    /// <summary>Both user ids, the lesser first.</summary>
    public static string DirectKey(Guid one, Guid other) => one.CompareTo(other) < 0 ? $"{one} {other}" : $"{other} {one}";

    /// <summary>Direct and support conversations stay private.</summary>
    /// <exception cref="RefusedException">VALIDATION_ERROR.</exception>
    public static void MustAllow(ConversationType type, ConversationVisibility? visibility) =>
        new Check().That(MayBe(type, visibility), "visibility", OnlyPrivate).Done();

    public static Check ConversationTexts(this Check check, string? title, string? description) =>
        check.Label(title, "title", Sizes.Title)
            .AtMost(description, "description", Sizes.Description)
            .That(description is null || !description.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')), "description", "must have no control characters");

    public static Check Ttl(this Check check, long? seconds) =>
        check.That(seconds is null or (>= 0 and <= Sizes.LongestTtlSeconds), "message_ttl_seconds", $"must be from 0 (off) to {Sizes.LongestTtlSeconds}");

    /// <summary>0 is off.</summary>
    public static long? Ttl(long? seconds) => seconds is 0 ? null : seconds;

    private const string OnlyPrivate = "must be private for this type";

    private static bool MayBe(ConversationType? type, ConversationVisibility? visibility) =>
        type is not (ConversationType.Direct or ConversationType.Support) || visibility is null or ConversationVisibility.Private;

    /// <summary>Nothing but blanks is nothing.</summary>
    public static string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
