using CsCheck;
using Sotto.Contracts;
using Sotto.Server.Conversations;

namespace Sotto.Server.Tests.Conversations;

public sealed class NewConversationRulesTests
{
    private static readonly Guid Alice = Id(1), Bob = Id(2), Carol = Id(3);

    [Fact, Rule("V1", "V2")]
    public void The_creator_is_implied_doubles_are_dropped_and_private_is_the_default()
    {
        var plan = new NewConversation(ConversationType.Group, "  Tea ", Description: " ", Participants: [Bob, Alice, Carol, Bob]).Plan(Alice);
        Assert.Equal([Bob, Carol], plan.Others);
        Assert.Equal((ConversationVisibility.Private, "Tea", null, null), (plan.Visibility, plan.Title, plan.Description, plan.TtlSeconds));
        Assert.Equal(MemberRole.Member, plan.RoleOfOthers);
        Assert.Null(plan.DirectKey(Alice));
    }

    [Fact, Rule("V4", "V5")]
    public void A_direct_conversation_has_one_key_whoever_makes_it()
    {
        var mine = new NewConversation(ConversationType.Direct, Participants: [Bob]).Plan(Alice);
        var theirs = new NewConversation(ConversationType.Direct, Participants: [Alice, Bob]).Plan(Bob);
        Assert.Equal(mine.DirectKey(Alice), theirs.DirectKey(Bob));
        Assert.Equal(MemberRole.Admin, mine.RoleOfOthers);
    }

    [Fact, Rule("V1")]
    public void All_that_is_wrong_is_said_at_once()
    {
        var refused = Assert.Throws<RefusedException>(() =>
            new NewConversation(null, new string('x', 201), Description: new string('x', 2001), MessageTtlSeconds: -1).Plan(Alice));
        Assert.Equal(Errors.ValidationError, refused.Error);
        Assert.Equal(["description", "message_ttl_seconds", "title", "type"], refused.Extra!.Select(field => field.Key).Order(StringComparer.Ordinal));
    }

    [Theory, Rule("V4", "V6", "V7", "V8")]
    [InlineData(ConversationType.Direct, 1, 1)]
    [InlineData(ConversationType.Group, 2, 999)]
    [InlineData(ConversationType.Channel, 0, 1000)]
    [InlineData(ConversationType.Support, 0, 999)]
    public void Each_type_takes_so_many_others_at_once(ConversationType type, int fewest, int most)
    {
        foreach (var others in new[] { 0, 1, 2, 3, 998, 999, 1000, 1001 })
        {
            var wish = new NewConversation(type, Participants: [.. Enumerable.Range(10, others).Select(Id)]);
            if (others >= fewest && others <= most)
            {
                Assert.Equal(others, wish.Plan(Alice).Others.Count);
            }
            else
            {
                var refused = Assert.Throws<RefusedException>(() => wish.Plan(Alice));
                Assert.Equal(type == ConversationType.Group && others < fewest ? Errors.GroupTooSmall : Errors.ValidationError, refused.Error);
            }
        }
    }

    [Fact, Rule("V10")]
    public void Groups_hold_1000_and_channels_100000()
    {
        Assert.Equal(1000, NewConversationRules.MostMembers(ConversationType.Group));
        Assert.Equal(100_000, NewConversationRules.MostMembers(ConversationType.Channel));
    }

    [Theory, Rule("V24")]
    [InlineData("The Tea  Club", "tea", true)]
    [InlineData("The Tea  Club", "TEA cl", true)]
    [InlineData("The Tea  Club", "ea", false)]
    [InlineData("The Tea  Club", "tea  c", true)]
    [InlineData("100% tea", "100%", true)]
    [InlineData("1000 tea", "100%", false)]
    [InlineData("a_b", "a_", true)]
    [InlineData("axb", "a_", false)]
    [InlineData(@"a\b", @"a\", true)]
    public void A_title_is_found_by_the_beginning_of_a_word(string title, string query, bool found) =>
        Assert.Equal(found, Like(SearchTitle.Of(title)!, SearchTitle.Pattern(query)));

    [Fact, Rule("V24")]
    public void Whatever_is_asked_for_is_meant_as_it_stands() =>
        Gen.Select(Gen.String[Gen.Char["ab%_\\ "], 1, 6], Gen.String[Gen.Char["ab%_\\ "], 0, 3]).Sample((title, query) =>
            Assert.Equal(
                SearchTitle.Of(title)!.Contains(" " + string.Join(' ', query.Split(' ', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal),
                Like(SearchTitle.Of(title)!, SearchTitle.Pattern(query))));

    [Fact, Rule("V30")]
    public void Only_what_is_other_than_before_counts_as_changed()
    {
        var before = new ConversationTexts("Tea", null, ConversationVisibility.Public, 60);
        Assert.Empty(new ConversationChanges(" Tea", "", ConversationVisibility.Public, 60, Archived: true).ChangedIn(before));
        Assert.Equal(
            ["title", "description", "visibility", "message_ttl_seconds"],
            new ConversationChanges("", "Daily", ConversationVisibility.Private, 0).ChangedIn(before));
        Assert.False(new ConversationChanges(Archived: true, IsMuted: false).TouchesAll());
    }

    private static Guid Id(int number) => new(number, 0, 0, new byte[8]);

    /// <summary>What <c>like … escape '\'</c> means.</summary>
    private static bool Like(string text, string pattern)
    {
        var regex = new System.Text.StringBuilder("^");
        for (var i = 0; i < pattern.Length; i++)
        {
            regex.Append(pattern[i] switch
            {
                '\\' => System.Text.RegularExpressions.Regex.Escape(pattern[++i].ToString()),
                '%' => ".*",
                '_' => ".",
                var c => System.Text.RegularExpressions.Regex.Escape(c.ToString()),
            });
        }

        return System.Text.RegularExpressions.Regex.IsMatch(text, regex.Append('$').ToString(), System.Text.RegularExpressions.RegexOptions.Singleline);
    }
}
