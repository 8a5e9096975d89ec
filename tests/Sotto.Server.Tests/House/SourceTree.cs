using System.Diagnostics;

namespace Sotto.Server.Tests.House;

/// <summary>The files of the repository as git knows them: committed or about to be, never what is built or ignored.</summary>
internal static class SourceTree
{
    private static readonly Lazy<IReadOnlyList<string>> LazyFiles = new(List);

    /// <summary>Paths from the root, with slashes.</summary>
    public static IReadOnlyList<string> Files => LazyFiles.Value;

    public static string Read(string path) => File.ReadAllText(Repository.At(path));

    private static List<string> List()
    {
        var start = new ProcessStartInfo("git", ["-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            WorkingDirectory = Repository.Root,
        };
        using var git = Process.Start(start)!;
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(f => File.Exists(Repository.At(f))).Distinct().Order(StringComparer.Ordinal)];
    }
}
