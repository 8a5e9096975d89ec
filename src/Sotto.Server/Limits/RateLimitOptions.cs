using System.ComponentModel.DataAnnotations;

namespace Sotto.Server.Limits;

/// <summary>How often things may be done. Section <c>Sotto:RateLimits</c>; 0 switches a limit off (but that of sockets).</summary>
internal sealed class RateLimitOptions
{
    public const string Section = "Sotto:RateLimits";

    /// <summary>Messages, edits, deletions and reactions of a user in any 60 seconds.</summary>
    [Range(0, 1_000_000)]
    public int MessagesPerMinute { get; set; } = 60;

    /// <summary>Calls a user may start in any hour.</summary>
    [Range(0, 1_000_000)]
    public int CallsPerHour { get; set; } = 10;

    /// <summary>Sockets a user may have open at once.</summary>
    [Range(1, 1_000_000)]
    public int SocketsPerUser { get; set; } = 5;

    /// <summary>Searches for users and public conversations by a user in a minute.</summary>
    [Range(0, 1_000_000)]
    public int UserSearchesPerMinute { get; set; } = 30;

    /// <summary>Receipts and acknowledgements of a user in a minute.</summary>
    [Range(0, 1_000_000)]
    public int ReceiptsPerMinute { get; set; } = 1200;

    /// <summary>Typing notices and status changes of a user in a minute.</summary>
    [Range(0, 1_000_000)]
    public int TypingPerMinute { get; set; } = 240;

    /// <summary>Frames that a user signals to the others of a call in a minute.</summary>
    [Range(0, 1_000_000)]
    public int SignallingPerMinute { get; set; } = 3000;

    /// <summary>Failed logins in any 15 minutes, for each account and for each address.</summary>
    [Range(0, 1_000_000)]
    public int LoginFailures { get; set; } = 10;

    /// <summary>Accounts made from one address in an hour.</summary>
    [Range(0, 1_000_000)]
    public int RegistrationsPerHour { get; set; } = 1000;

    /// <summary>Prekey bundles of one device that one other device may fetch at once; as many come back evenly in an hour.</summary>
    [Range(0, 1_000_000)]
    public int Prekeys { get; set; } = 6;

    /// <summary>Socket tickets of a user in a minute.</summary>
    [Range(0, 1_000_000)]
    public int TicketsPerMinute { get; set; } = 60;

    /// <summary>Uploads a user may begin in a minute.</summary>
    [Range(0, 1_000_000)]
    public int UploadsPerMinute { get; set; } = 300;
}
