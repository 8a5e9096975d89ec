using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Sotto.Server.Tests.House;

/// <summary>What no committed file may hold: where it was made, where its packages came from, and notes to be dealt with later.</summary>
public sealed partial class CleanlinessTests
{
    private static readonly HashSet<string> Binary = [".png", ".ico", ".woff2", ".jpg", ".webp", ".svg"];

    private static IEnumerable<(string File, string Text)> Texts =>
        SourceTree.Files.Where(f => !Binary.Contains(Path.GetExtension(f))).Select(f => (f, SourceTree.Read(f)));

    [Fact]
    public void No_file_names_a_package_registry() => AssertNone(Registry());

    [Fact]
    public void No_file_names_a_path_of_the_machine_it_was_made_on() => AssertNone(MachinePath());

    [Fact]
    public void No_source_holds_notes_for_later() => AssertNone(Later(), file => file.StartsWith("src/", StringComparison.Ordinal) || file.StartsWith("tests/", StringComparison.Ordinal));

    [Fact]
    public void Lock_files_hold_no_addresses()
    {
        var faults = from file in SourceTree.Files
                     where Path.GetFileName(file) is "packages.lock.json" or "package-lock.json"
                     where SourceTree.Read(file).Contains("://", StringComparison.Ordinal)
                     select $"{file} holds an address";
        Assert.Empty(faults);
    }

    [Fact]
    public void Every_package_is_explained()
    {
        var text = SourceTree.Read("docs/dependencies.md");
        var packages = XDocument.Parse(SourceTree.Read("Directory.Packages.props")).Descendants("PackageVersion").Select(p => p.Attribute("Include")!.Value)
            .Concat(SourceTree.Files.Where(f => Path.GetFileName(f) == "package.json").SelectMany(ScriptPackages)).ToList();
        Assert.Empty(packages.Where(p => !text.Contains($"`{p}`", StringComparison.Ordinal)).Select(p => $"docs/dependencies.md doesn't explain {p}"));
        Assert.Empty(ExplainedPackage().Matches(text).Select(m => m.Groups[1].Value).Except(packages).Select(p => $"docs/dependencies.md explains {p}, which isn't used"));
    }

    /// <summary>What a package.json names, but for packages of the project itself.</summary>
    private static IEnumerable<string> ScriptPackages(string file) =>
        from list in new[] { "dependencies", "devDependencies" }
        from package in JsonNode.Parse(SourceTree.Read(file))![list]?.AsObject().Select(p => p.Key) ?? []
        where !package.StartsWith("@sotto/", StringComparison.Ordinal)
        select package;

    /// <summary>The patterns are written so that this file doesn't fit them itself.</summary>
    private static void AssertNone(Regex pattern, Func<string, bool>? of = null)
    {
        var faults = from text in Texts
                     where of is null || of(text.File)
                     from match in pattern.Matches(text.Text)
                     select $"{text.File}: {match.Value}";
        Assert.Empty(faults);
    }

    [GeneratedRegex(@"\b(n[p]mjs\.(org|com)|n[u]get\.org|registry\.y[a]rnpkg|p[y]pi\.org|(deb|ftp|security)\.d[e]bian\.org|v[s]blob)")]
    private static partial Regex Registry();

    [GeneratedRegex(@"(?<![\w.])(/w[o]rk/|/t[m]p/(bash|wt-)|/h[o]me/\w+/|/r[o]ot/|C:\\U[s]ers\\)")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"\b(T[O]DO|F[I]XME|H[A]CK|X[X]X)\b|NotImplemented[E]xception|#reg[i]on")]
    private static partial Regex Later();

    [GeneratedRegex(@"^\| `([\w.@/-]+)`", RegexOptions.Multiline)]
    private static partial Regex ExplainedPackage();
}
