using System.Text.RegularExpressions;

namespace Sotto.Server.Tests.House;

/// <summary>Compares the numbered rules of docs/spec with the tests that name them.</summary>
public sealed partial class SpecCoverageTests
{
    private static IReadOnlyList<(string Id, string File)> Rules { get; } =
    [
        .. from file in SourceTree.Files
           where file.StartsWith("docs/spec/", StringComparison.Ordinal) && file.EndsWith(".md", StringComparison.Ordinal)
           from match in RuleLine().Matches(SourceTree.Read(file))
           select (match.Groups[1].Value, file),
    ];

    private static IReadOnlyList<(string Id, string File)> Named { get; } =
    [
        .. from file in SourceTree.Files
           let isCSharp = file.StartsWith("tests/", StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal)
           let isScript = ScriptTest().IsMatch(file)
           where isCSharp || isScript
           let text = SourceTree.Read(file)
           from id in isCSharp
               ? RuleAttributes().Matches(text).SelectMany(m => RuleId().Matches(m.Groups[1].Value).Select(i => i.Value))
               : BracketedIds().Matches(text).SelectMany(m => RuleId().Matches(m.Value).Select(i => i.Value))
           select (id, file),
    ];

    [Fact]
    public void A_rule_has_one_number_and_a_number_one_rule() =>
        Assert.Empty(Rules.GroupBy(r => r.Id).Where(g => g.Count() > 1).Select(g => $"{g.Key} stands in {string.Join(" and ", g.Select(r => r.File))}"));

    [Fact]
    public void Tests_name_only_rules_that_exist()
    {
        var known = Rules.Select(r => r.Id).ToHashSet();
        Assert.Empty(Named.Where(n => !known.Contains(n.Id)).Select(n => $"{n.File} names {n.Id}, which docs/spec doesn't have").Distinct());
    }

    [Fact]
    public void Every_rule_has_a_test()
    {
        var named = Named.Select(n => n.Id).ToHashSet();
        var missing = Rules.Where(r => !named.Contains(r.Id)).GroupBy(r => r.File).Select(g => $"{g.Key}: {string.Join(' ', g.Select(r => r.Id))}").ToList();
        Assert.True(missing.Count == 0, "Rules without a test:\n" + string.Join('\n', missing));
    }

    [GeneratedRegex(@"^- \*\*([A-Z]\d+)\*\* ", RegexOptions.Multiline)]
    private static partial Regex RuleLine();

    [GeneratedRegex(@"\bRule\(((?:""[A-Z]\d+""(?:, )?)+)\)")]
    private static partial Regex RuleAttributes();

    [GeneratedRegex(@"\b[A-Z]\d+\b")]
    private static partial Regex RuleId();

    [GeneratedRegex(@"\[[A-Z]\d+(?:[, ]+[A-Z]\d+)*\]")]
    private static partial Regex BracketedIds();

    [GeneratedRegex(@"\.(test|spec)\.(mjs|js|ts|tsx)$")]
    private static partial Regex ScriptTest();
}
