using Sotto.Contracts;

namespace Sotto.Server.Conversations;

/// <summary>What an admin or moderator may change of a conversation.</summary>
internal sealed record ConversationTexts(string? Title, string? Description, ConversationVisibility Visibility, long? TtlSeconds)
{
    public const string VisibilityField = "visibility";
    public const string TtlField = "message_ttl_seconds";
}

/// <summary>What a wish to change touches.</summary>
internal static class ConversationWishes
{
    /// <summary>Whether it is about what all members see.</summary>
    public static bool TouchesAll(this ConversationChanges wish) =>
        wish.Title is not null || wish.Description is not null || wish.Visibility is not null || wish.MessageTtlSeconds is not null;

    /// <summary>The names of the fields that would be other than they are.</summary>
    public static IReadOnlyList<string> ChangedIn(this ConversationChanges wish, ConversationTexts before)
    {
        var changed = new List<string>();
        if (wish.Title is not null && NewConversationRules.Text(wish.Title) != before.Title)
        {
            changed.Add("title");
        }

        if (wish.Description is not null && NewConversationRules.Text(wish.Description) != before.Description)
        {
            changed.Add("description");
        }

        if (wish.Visibility is { } visibility && visibility != before.Visibility)
        {
            changed.Add(ConversationTexts.VisibilityField);
        }

        if (wish.MessageTtlSeconds is { } ttl && NewConversationRules.Ttl(ttl) != before.TtlSeconds)
        {
            changed.Add(ConversationTexts.TtlField);
        }

        return changed;
    }
}
