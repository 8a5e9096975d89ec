using Microsoft.Extensions.Options;
using Microsoft.Win32.SafeHandles;
using Sotto.Contracts;
using Sotto.Server.Storage;

namespace Sotto.Server.Attachments;

/// <summary>
/// Blobs as files in the data folder: <c>blobs/open/{id}</c> while bytes are missing, <c>blobs/whole/{xx}/{id}</c> afterwards. Ids are the server's
/// own; nothing a client says becomes part of a path.
/// </summary>
internal sealed class DiskBlobs : IBlobStore, IDisposable
{
    // From here on what was written is safe even if the machine loses power; an upload that is cut loses less than that.
    private const long BytesBetweenSyncs = 16 * 1024 * 1024;

    // Errno of a full disk, and of a used-up quota of the file system.
    private const int NoSpace = 28;
    private const int QuotaUsed = 122;

    // Disks block threads. Two hundred uploads must not take all that serve messages.
    private readonly SemaphoreSlim _turns = new(4 * Environment.ProcessorCount);
    private readonly string _open;
    private readonly string _whole;
    private readonly long _keepFree;

    public DiskBlobs(IOptions<StorageOptions> storage, IOptions<AttachmentsOptions> options)
    {
        var root = Path.GetFullPath(Path.Combine(storage.Value.DataDirectory, "blobs"));
        (_open, _whole, _keepFree) = (Path.Combine(root, "open"), Path.Combine(root, "whole"), options.Value.KeepFree);
        Directory.CreateDirectory(_open);
        Directory.CreateDirectory(_whole);
    }

    public void MustHaveRoomFor(long bytes)
    {
        if (new DriveInfo(_open).AvailableFreeSpace - bytes < _keepFree)
        {
            throw Full();
        }
    }

    public async Task<Blob> AppendAsync(Blob blob, UploadSource source)
    {
        var most = Math.Min(BytesBetweenSyncs, blob.Size - blob.Received);
        MustHaveRoomFor(most);
        if (!File.Exists(OpenPath(blob)) && File.Exists(WholePath(blob)))
        {
            // The server died after it had closed the file and before it had written that down.
            File.Move(WholePath(blob), OpenPath(blob));
        }

        using var file = File.OpenHandle(OpenPath(blob), FileMode.OpenOrCreate, FileAccess.Write);
        if (RandomAccess.GetLength(file) < blob.Received)
        {
            return blob with { Received = 0 };
        }

        try
        {
            return blob with { Received = await WriteAsync(file, blob.Received, most, source) };
        }
        catch (IOException fault) when (IsFull(fault))
        {
            RandomAccess.SetLength(file, blob.Received);
            throw Full();
        }
    }

    public async Task<Blob> FinishAsync(Blob blob)
    {
        if (blob.Size == 0)
        {
            await File.WriteAllBytesAsync(OpenPath(blob), []);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(WholePath(blob))!);
        File.Move(OpenPath(blob), WholePath(blob), overwrite: true);
        return blob;
    }

    public Task<Stream?> OpenAsync(Blob blob, long from, long length, CancellationToken ct)
    {
        // A power failure may take a new name back, but never the content: that was brought to disk under the old one.
        foreach (var path in new[] { WholePath(blob), OpenPath(blob) })
        {
            try
            {
                var file = new FileStream(path, new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0, Options = FileOptions.Asynchronous });
                file.Position = from;
                return Task.FromResult<Stream?>(file);
            }
            catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
            {
                // Then it has the other name, or is gone.
            }
        }

        return Task.FromResult<Stream?>(null);
    }

    public Task EraseAsync(Blob blob, CancellationToken ct)
    {
        File.Delete(OpenPath(blob));
        if (File.Exists(WholePath(blob)))
        {
            File.Delete(WholePath(blob));
        }

        return Task.CompletedTask;
    }

    public void Dispose() => _turns.Dispose();

    private static bool IsFull(IOException fault) => fault.HResult is NoSpace or QuotaUsed;

    private static RefusedException Full() => Errors.StorageFull.Because("The server has no room for this file at the moment.").After(TimeSpan.FromMinutes(1));

    private string OpenPath(Blob blob) => Path.Combine(_open, blob.Id.ToString("N"));

    /// <summary>In a folder by the id's random end, so that none grows too large.</summary>
    private string WholePath(Blob blob) => Path.Combine(_whole, blob.Id.ToString("N")[^2..], blob.Id.ToString("N"));

    /// <returns>How many bytes the file now has, all on disk.</returns>
    private async Task<long> WriteAsync(SafeFileHandle file, long from, long most, UploadSource source)
    {
        var at = from;
        while (at - from < most && await source.NextAsync(most - (at - from)) is { IsEmpty: false } bytes)
        {
            // Gathered, as the network gave them: no buffer of our own.
            var parts = new List<ReadOnlyMemory<byte>>();
            foreach (var part in bytes)
            {
                parts.Add(part);
            }

            await TurnAsync(() => RandomAccess.Write(file, parts, at));
            at += bytes.Length;
            source.Took(bytes);
        }

        if (at > from)
        {
            await TurnAsync(() =>
            {
                RandomAccess.SetLength(file, at);
                RandomAccess.FlushToDisk(file);
            });
        }

        return at;
    }

    private async Task TurnAsync(Action work)
    {
        await _turns.WaitAsync();
        try
        {
            await Task.Run(work);
        }
        finally
        {
            _turns.Release();
        }
    }
}
