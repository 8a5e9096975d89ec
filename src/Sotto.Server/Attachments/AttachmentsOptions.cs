using System.ComponentModel.DataAnnotations;

namespace Sotto.Server.Attachments;

/// <summary>Files of users. Section <c>Sotto:Attachments</c>. Sizes are bytes.</summary>
internal sealed class AttachmentsOptions
{
    public const string Section = "Sotto:Attachments";

    /// <summary>The largest file, 100 MiB unless set.</summary>
    [Range(typeof(long), "1", "1125899906842624")]
    public long LargestFile { get; set; } = 100L * 1024 * 1024;

    /// <summary>What one user may have stored in all, 5 GiB unless set.</summary>
    [Range(typeof(long), "1", "1125899906842624")]
    public long PerUser { get; set; } = 5L * 1024 * 1024 * 1024;

    /// <summary>How long an upload waits for a message that names it.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan UnclaimedLife { get; set; } = TimeSpan.FromHours(24);

    /// <summary>What uploads leave free on the data folder's disk, 256 MiB unless set: the database needs room when files would take it all.</summary>
    [Range(typeof(long), "0", "1125899906842624")]
    public long KeepFree { get; set; } = 256L * 1024 * 1024;
}
