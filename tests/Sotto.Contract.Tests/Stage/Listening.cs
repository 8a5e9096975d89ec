using System.Globalization;

namespace Sotto.Contract.Tests.Stage;

/// <summary>Which TCP ports a process listens on, as the kernel says.</summary>
internal static class Listening
{
    private const string StateListening = "0A";

    public static IReadOnlyList<int> PortsOf(int processId)
    {
        var own = Directory.EnumerateFiles($"/proc/{processId}/fd").Select(LinkOf).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. from table in new[] { "tcp", "tcp6" }
               from line in File.ReadLines($"/proc/{processId}/net/{table}").Skip(1)
               let columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
               where columns[3] == StateListening && own.Contains($"socket:[{columns[9]}]")
               select int.Parse(columns[1].Split(':')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture),
        ];
    }

    /// <summary>Such as <c>socket:[4711]</c>; nothing for one that has been closed meanwhile.</summary>
    private static string LinkOf(string descriptor)
    {
        try
        {
            return Path.GetFileName(new FileInfo(descriptor).LinkTarget ?? "");
        }
        catch (IOException)
        {
            return "";
        }
    }
}
