namespace Sotto.Server.Attachments;

/// <summary>A row of <c>attachments</c>. Times are Unix milliseconds of the database's clock.</summary>
internal sealed record Attachment
{
    public Guid Id { get; init; }

    public Guid OwnerId { get; init; }

    public long FileSize { get; init; }

    public string? ContentType { get; init; }

    public string? Sha256 { get; init; }

    public long Received { get; init; }

    public string? StoreState { get; init; }

    public bool IsWhole { get; init; }

    public long CreatedAt { get; init; }

    public long? ExpiresAt { get; init; }

    public Blob Blob => new(Id, FileSize, Received, StoreState);

    public Attachment At(Blob blob, bool isWhole) => this with { Received = blob.Received, StoreState = blob.State, IsWhole = isWhole };
}
