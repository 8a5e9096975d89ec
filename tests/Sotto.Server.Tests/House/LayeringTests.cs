using System.Text.RegularExpressions;

namespace Sotto.Server.Tests.House;

/// <summary>Holds the server's folders to the line of ARCHITECTURE.md: a folder imports only what stands to its left.</summary>
public sealed partial class LayeringTests
{
    private const string Server = "src/Sotto.Server/";

    /// <summary>The log is what every folder to its right reads; a service in between would only pass the calls on.</summary>
    private static readonly HashSet<string> StoresOfTheLog = ["LogStore", "LogReadStore", "CursorStore"];
    private static readonly Dictionary<string, int> Places = ReadLine();
    private static readonly IReadOnlyList<SourceFile> Sources = [.. SourceTree.Files.Where(f => f.StartsWith(Server, StringComparison.Ordinal) && f.EndsWith(".cs", StringComparison.Ordinal)).Select(SourceFile.Read)];

    [Fact]
    public void Every_folder_stands_in_the_line() =>
        AssertNone(Sources.Select(s => s.Folder).Distinct().Where(f => !Places.ContainsKey(f)).Select(f => $"{f}/ is missing in the line of ARCHITECTURE.md"));

    [Fact]
    public void A_folder_imports_only_what_stands_to_its_left() =>
        AssertNone(
            from source in Sources
            from imported in source.Usings.Select(FolderOf).OfType<string>()
            where imported != source.Folder && Places.GetValueOrDefault(imported, int.MaxValue) >= Places.GetValueOrDefault(source.Folder)
            select $"{source.Name} imports {imported}: {imported} stands {(Places.GetValueOrDefault(imported) == Places.GetValueOrDefault(source.Folder) ? "beside it" : "to the right")}");

    [Fact]
    public void Only_the_cluster_and_grains_know_Orleans() =>
        AssertNone(
            from source in Sources
            where source.Folder != "Cluster" && !source.Name.EndsWith("Grain.cs", StringComparison.Ordinal)
            where source.Usings.Any(u => u.StartsWith("Orleans", StringComparison.Ordinal)) || OrleansName().IsMatch(source.Code)
            select $"{source.Name} knows Orleans");

    /// <summary>A store of two dialects may have a file for each, named …Append.cs.</summary>
    [Fact]
    public void Only_storage_and_stores_know_the_database_drivers() =>
        AssertNone(
            from source in Sources
            where source.Folder != "Storage" && !source.Name.EndsWith("Store.cs", StringComparison.Ordinal) && !source.Name.EndsWith("Append.cs", StringComparison.Ordinal)
            from driver in source.Usings.Where(u => Driver().IsMatch(u))
            select $"{source.Name} imports {driver}");

    [Fact]
    public void Only_storage_and_stores_hold_SQL() =>
        AssertNone(
            from source in Sources
            where source.Folder != "Storage" && !source.Name.EndsWith("Store.cs", StringComparison.Ordinal) && !source.Name.EndsWith("Append.cs", StringComparison.Ordinal)
            where Sql().IsMatch(source.Code)
            select $"{source.Name} holds SQL: {Sql().Match(source.Code).Value.Trim()}");

    [Fact]
    public void A_store_is_used_inside_its_folder_only() =>
        AssertNone(
            from store in Sources
            where store.Folder != "Storage" && store.Name.EndsWith("Store.cs", StringComparison.Ordinal)
            let type = Path.GetFileNameWithoutExtension(store.Name)
            where !StoresOfTheLog.Contains(type)
            from source in Sources
            where source.Folder != store.Folder && Regex.IsMatch(source.Code, $@"\b{type}\b")
            select $"{source.Name} uses {type}, which belongs to {store.Folder}/");

    /// <summary>A use case is known by its doors: <c>static void Map(</c>.</summary>
    [Fact]
    public void Only_doors_know_HTTP() =>
        AssertNone(
            from source in Sources
            where source.Folder is not ("Http" or "Sockets" or "Program") && !source.Code.Contains("static void Map", StringComparison.Ordinal)
            where source.Usings.Any(u => u.StartsWith("Microsoft.AspNetCore.Http", StringComparison.Ordinal)) || HttpName().IsMatch(source.Code)
            select $"{source.Name} knows HTTP: {HttpName().Match(source.Code).Value}");

    [Fact]
    public void Everything_in_the_server_is_internal() =>
        AssertNone(Sources.Where(s => PublicType().IsMatch(s.Code)).Select(s => $"{s.Name} declares a public type: {PublicType().Match(s.Code).Value.Trim()}"));

    private static void AssertNone(IEnumerable<string> faults)
    {
        var all = faults.ToList();
        Assert.True(all.Count == 0, string.Join('\n', all));
    }

    private static string? FolderOf(string import) =>
        import == "Sotto.Contracts" ? "Contracts"
        : import.StartsWith("Sotto.Server.", StringComparison.Ordinal) ? import["Sotto.Server.".Length..].Split('.')[0]
        : null;

    private static Dictionary<string, int> ReadLine()
    {
        var line = SourceTree.Read("ARCHITECTURE.md").Split('\n').Single(l => l.StartsWith("Contracts < ", StringComparison.Ordinal));
        return line.Split('<').SelectMany((group, place) => group.Split('·').Select(name => (Name: name.Trim(), Place: place))).ToDictionary(f => f.Name, f => f.Place);
    }

    [GeneratedRegex(@"\bOrleans\.")]
    private static partial Regex OrleansName();

    [GeneratedRegex(@"^(Dapper|Npgsql|Microsoft\.Data|System\.Data|DbUp)")]
    private static partial Regex Driver();

    [GeneratedRegex(@"\b(select\s+[\w.*(][^;""]*?\bfrom\s+\w+\s|insert into \w+|update \w+ set |delete from \w+)")]
    private static partial Regex Sql();

    [GeneratedRegex(@"\b(HttpContext|HttpRequest|HttpResponse|IEndpointRouteBuilder|IResult)\b")]
    private static partial Regex HttpName();

    [GeneratedRegex(@"^public (sealed |static |abstract |partial |readonly )*(class|record|struct|interface|enum) \w+", RegexOptions.Multiline)]
    private static partial Regex PublicType();

    /// <param name="Name">Path below the server's folder.</param>
    /// <param name="Code">The text without comments and using lines.</param>
    private sealed partial record SourceFile(string Name, string Folder, IReadOnlyList<string> Usings, string Code)
    {
        public static SourceFile Read(string path)
        {
            var name = path[Server.Length..];
            var lines = SourceTree.Read(path).Split('\n');
            return new SourceFile(
                name,
                name.Contains('/', StringComparison.Ordinal) ? name.Split('/')[0] : Path.GetFileNameWithoutExtension(name),
                [.. lines.Select(l => Using().Match(l)).Where(m => m.Success).Select(m => m.Groups[1].Value)],
                string.Join('\n', lines.Where(l => !Using().IsMatch(l) && !l.TrimStart().StartsWith("//", StringComparison.Ordinal))));
        }

        [GeneratedRegex(@"^(?:global )?using (?:static )?(?:\w+ = )?([\w.]+);")]
        private static partial Regex Using();
    }
}
