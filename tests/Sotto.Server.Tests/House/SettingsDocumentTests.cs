using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Sotto.Server.Storage;

namespace Sotto.Server.Tests.House;

/// <summary>
/// docs/operations/settings.md is made from the options classes: names, defaults, bounds and their comments. With the variable
/// <c>SOTTO_WRITE_DOCUMENTS</c> set, the test writes it instead of comparing.
/// </summary>
public sealed partial class SettingsDocumentTests
{
    private const string Document = "docs/operations/settings.md";
    private static readonly Assembly Server = typeof(StorageOptions).Assembly;
    private static readonly XDocument Comments = XDocument.Load(Path.ChangeExtension(Server.Location, ".xml"));

    [Fact]
    public void The_settings_page_is_that_of_the_code()
    {
        var page = Write();
        if (Environment.GetEnvironmentVariable("SOTTO_WRITE_DOCUMENTS") is not null)
        {
            File.WriteAllText(Repository.At(Document), page);
            return;
        }

        Assert.True(SourceTree.Read(Document) == page, $"{Document} is out of date: run SOTTO_WRITE_DOCUMENTS=1 ./test --fast and commit it.");
    }

    private static string Write()
    {
        var text = new StringBuilder(
            """
            # Settings

            A setting is given as an environment variable, with `__` for each colon (`Sotto__RateLimits__MessagesPerMinute=100`), or as an
            argument (`./run --Sotto:RateLimits:MessagesPerMinute=100`). Arguments win. A value that is impossible stops the start with a
            sentence. Durations are written `[days.]hours:minutes:seconds`. An item of a list has its number:
            `Sotto__Sockets__AllowedOrigins__0=https://chat.example.org`.

            ASP.NET's own settings work too: `--urls` or `ASPNETCORE_URLS` (default `http://localhost:8080`), `Logging__LogLevel__Default`.

            This page is made from the code.

            """);
        foreach (var options in Server.GetTypes().Where(t => t.Name.EndsWith("Options", StringComparison.Ordinal) && Section(t) is not null).OrderBy(Section, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {Section(options)}\n\n{Spaces().Replace(SectionSentence().Replace(Comment($"T:{options.FullName}"), ""), " ").Trim()}\n\n");
            text.Append("| setting | default | bounds | |\n|---|---|---|---|\n");
            var defaults = Activator.CreateInstance(options)!;
            foreach (var property in options.GetProperties().Where(IsSetting))
            {
                text.Append(CultureInfo.InvariantCulture, $"| `{Section(options)}:{property.Name}` | {Default(property.GetValue(defaults))} | {Bounds(property)} | {Comment($"P:{options.FullName}.{property.Name}")} |\n");
            }
        }

        return text.ToString();
    }

    private static bool IsSetting(PropertyInfo property) =>
        property.SetMethod is not null || (typeof(IEnumerable).IsAssignableFrom(property.PropertyType) && property.PropertyType != typeof(string));

    private static string Default(object? value) => value switch
    {
        null or "" => "–",
        bool flag => flag ? "`true`" : "`false`",
        TimeSpan time => $"`{time:c}`",
        string text => $"`{text}`",
        IEnumerable list when !list.Cast<object>().Any() => "–",
        IEnumerable list => $"`{string.Join(", ", list.Cast<object>())}`",
        _ => $"`{Convert.ToString(value, CultureInfo.InvariantCulture)}`",
    };

    private static string Bounds(PropertyInfo property) =>
        property.GetCustomAttribute<RangeAttribute>() is { } range ? $"{range.Minimum} … {range.Maximum}" : "";

    private static string? Section(Type options) =>
        SectionSentence().Match(Comment($"T:{options.FullName}")) is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>The summary as Markdown.</summary>
    private static string Comment(string member)
    {
        var summary = Comments.Descendants("member").FirstOrDefault(m => m.Attribute("name")!.Value == member)?.Element("summary");
        var text = string.Concat(summary?.Nodes().Select(node => node switch
        {
            XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
            XElement { Name.LocalName: "see" } see => $"`{see.Attribute("cref")!.Value.Split('.')[^1]}`",
            _ => node is XText plain ? plain.Value : "",
        }) ?? []);
        return Spaces().Replace(text, " ").Trim();
    }

    [GeneratedRegex(@"Section `([\w:]+)`[.;]?")]
    private static partial Regex SectionSentence();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
