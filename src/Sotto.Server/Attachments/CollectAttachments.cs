namespace Sotto.Server.Attachments;

/// <summary>Erases the bytes of what is gone: given up, never named in a message, or left by the last message that named it. A job of the sweeper.</summary>
internal sealed class CollectAttachments(AttachmentStore store, IBlobStore blobs, ILogger<CollectAttachments> log)
{
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private const int AtOnce = 200;

    public async Task RunAsync(CancellationToken ct)
    {
        IReadOnlyList<Attachment> gone;
        var failed = 0;
        do
        {
            gone = await store.GoneAsync(AtOnce, ct);
            failed = 0;
            foreach (var one in gone)
            {
                failed += await EraseAsync(one, ct) ? 0 : 1;
            }
        }
        while (gone.Count == AtOnce && failed == 0);
    }

    /// <summary>First the bytes, then the row: a crash between leaves what the next run finds.</summary>
    private async Task<bool> EraseAsync(Attachment gone, CancellationToken ct)
    {
        try
        {
            await blobs.EraseAsync(gone.Blob, ct);
            await store.EraseAsync(gone.Id, ct);
            Metrics.Erased.Add(1);
            return true;
        }
        catch (Exception fault) when (!ct.IsCancellationRequested)
        {
            // One file that can't be erased must not keep the others.
            Log.NotErased(log, gone.Id, fault);
            return false;
        }
    }
}
