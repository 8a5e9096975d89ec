namespace Sotto.Server.Tests.House;

/// <summary>No file grows beyond what one can read: 500 lines, tests 600, lines of at most 180 characters. There is no list of exceptions.</summary>
public sealed class FileSizeTests
{
    private static IEnumerable<string> Code => SourceTree.Files.Where(f =>
        (f.EndsWith(".cs", StringComparison.Ordinal) || f.EndsWith(".ts", StringComparison.Ordinal) || f.EndsWith(".tsx", StringComparison.Ordinal) || f.EndsWith(".mjs", StringComparison.Ordinal) || f.EndsWith(".js", StringComparison.Ordinal))
        && !f.Contains(".gen.", StringComparison.Ordinal));

    [Fact]
    public void No_file_is_longer_than_its_limit()
    {
        var tooLong = from file in Code
                      let lines = File.ReadLines(Repository.At(file)).Count()
                      let limit = IsTest(file) ? 600 : 500
                      where lines > limit
                      select $"{file} has {lines} lines, {limit} are allowed";
        Assert.Empty(tooLong);
    }

    /// <summary>Told, not failed: the soft limit is for the reviewer.</summary>
    [Fact]
    public void Long_files_are_listed()
    {
        var output = TestContext.Current.TestOutputHelper!;
        foreach (var file in Code.Where(f => !IsTest(f)))
        {
            var lines = File.ReadLines(Repository.At(file)).Count();
            if (lines > 300)
            {
                output.WriteLine($"{file}: {lines} lines");
            }
        }
    }

    private static bool IsTest(string file) =>
        file.StartsWith("tests/", StringComparison.Ordinal) || file.Contains(".test.", StringComparison.Ordinal);
}
