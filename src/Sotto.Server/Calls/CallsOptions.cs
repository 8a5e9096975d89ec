using System.ComponentModel.DataAnnotations;

namespace Sotto.Server.Calls;

/// <summary>Calls and their relay. Section <c>Sotto:Calls</c>.</summary>
internal sealed class CallsOptions
{
    public const string Section = "Sotto:Calls";

    /// <summary>How long a call rings for who doesn't answer.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan RingTime { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>How long somebody counts as in a call without a sign of life from the device.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many may be in a call at once, each connected to each.</summary>
    [Range(2, 16)]
    public int MostJoined { get; set; } = 6;

    /// <summary>How many days the history of calls and the reports on their quality are kept.</summary>
    [Range(1, 3650)]
    public int HistoryDays { get; set; } = 90;

    /// <summary>Addresses of STUN servers, such as <c>stun:turn.example.org:3478</c>, separated by spaces.</summary>
    public string StunUrls { get; set; } = "";

    /// <summary>Addresses of the relay, such as <c>turn:turn.example.org:3478?transport=udp</c>, separated by spaces.</summary>
    public string TurnUrls { get; set; } = "";

    /// <summary>The secret shared with the relay: coturn's <c>static-auth-secret</c>. Required with <see cref="TurnUrls"/>.</summary>
    public string TurnSecret { get; set; } = "";

    /// <summary>How long a credential for the relay can be used to begin with.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan TurnCredentialLife { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Where coturn's console listens, such as <c>127.0.0.1:5766</c>: allocations of calls that are over are ended by it. Empty: they end by themselves.</summary>
    public string TurnConsole { get; set; } = "";

    /// <summary>The console's password: coturn's <c>cli-password</c>.</summary>
    public string TurnConsolePassword { get; set; } = "";

    public CallRules Rules => new(RingTime, Lease, MostJoined);
}
