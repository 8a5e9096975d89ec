namespace Sotto.Server.Attachments;

/// <summary>The bytes of one attachment, whole or on their way.</summary>
/// <param name="Size">How many there will be.</param>
/// <param name="Received">How many are safe; a store that has more of them forgets the rest.</param>
/// <param name="State">What the store itself must know to go on; opaque to everybody else.</param>
internal readonly record struct Blob(Guid Id, long Size, long Received, string? State);

/// <summary>
/// Where bytes are kept. All methods bear being called again after a crash in their middle. Of one blob, one method runs at a time, but for reads
/// of a whole one.
/// </summary>
internal interface IBlobStore
{
    /// <summary>Whether a file of this size has room.</summary>
    /// <exception cref="Contracts.RefusedException">STORAGE_FULL.</exception>
    void MustHaveRoomFor(long bytes);

    /// <summary>Takes bytes from the source and makes them safe: some of them, or what is there until the source ends.</summary>
    /// <returns>The blob as it stands. It may stand further back than before, when the store has lost what it had.</returns>
    /// <exception cref="Contracts.RefusedException">STORAGE_FULL.</exception>
    Task<Blob> AppendAsync(Blob blob, UploadSource source);

    /// <summary>Closes a blob of which all bytes are safe; from then on it is read, and never written.</summary>
    /// <exception cref="Contracts.RefusedException">STORAGE_FULL.</exception>
    Task<Blob> FinishAsync(Blob blob);

    /// <summary>A part of a whole blob.</summary>
    /// <returns>A stream that begins at <paramref name="from"/> and gives at least <paramref name="length"/> bytes; null when there is no such blob.</returns>
    Task<Stream?> OpenAsync(Blob blob, long from, long length, CancellationToken ct);

    /// <summary>Erases everything of a blob, whole or not.</summary>
    Task EraseAsync(Blob blob, CancellationToken ct);
}
