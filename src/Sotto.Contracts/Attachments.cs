namespace Sotto.Contracts;

/// <summary>A file that is to be uploaded.</summary>
/// <param name="FileSize">Bytes of the sealed file.</param>
/// <param name="ContentType">A media type, such as <c>image/png</c>. What a browser could run comes back as <c>application/octet-stream</c>.</param>
/// <param name="Sha256">Of the sealed file, 64 hexadecimal digits: an upload with another one is refused.</param>
public sealed record NewAttachment(long? FileSize = null, string? ContentType = null, string? Sha256 = null);

/// <summary>Where to upload to.</summary>
/// <param name="UploadUrl">A path on this server, for PATCH, HEAD and DELETE.</param>
/// <param name="ChunkSize">Bytes that a request had best send; any number is taken.</param>
/// <param name="ExpiresAt">When it is erased, unless a message names it by then.</param>
public sealed record AttachmentUpload(string StorageId, string UploadUrl, long ChunkSize, long Offset, DateTimeOffset ExpiresAt);

/// <summary>An attachment in a user's export.</summary>
public sealed record ExportedAttachment(string StorageId, long FileSize, string? ContentType, DateTimeOffset CreatedAt);
