using System.Diagnostics;

namespace Sotto.Contract.Tests.Stage;

/// <summary>A folder on a disk of a few megabytes, held in memory, that can be filled to the last byte.</summary>
public sealed class SmallDisk : IAsyncDisposable
{
    private const int Megabytes = 24;

    private readonly DirectoryInfo _folder;

    private SmallDisk(DirectoryInfo folder) => _folder = folder;

    public string Folder => _folder.FullName;

    private string Filler => Path.Combine(Folder, "filler");

    /// <summary>Null where this user may not mount.</summary>
    public static async Task<SmallDisk?> MountAsync()
    {
        var folder = Directory.CreateTempSubdirectory("sotto-disk-");
        if (await RunAsync("mount", "-t", "tmpfs", "-o", $"size={Megabytes}m", "tmpfs", folder.FullName))
        {
            return new SmallDisk(folder);
        }

        folder.Delete();
        return null;
    }

    /// <summary>Fills it, and again whatever was freed in between, until there is not a page left.</summary>
    public void Fill()
    {
        using var filler = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        var page = new byte[4096];
        try
        {
            while (true)
            {
                filler.Write(page);
            }
        }
        catch (IOException)
        {
            // It is full.
        }
    }

    public void Free() => File.Delete(Filler);

    public async ValueTask DisposeAsync()
    {
        await RunAsync("umount", Folder);
        _folder.Delete();
    }

    private static async Task<bool> RunAsync(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }
}
