using System.ComponentModel.DataAnnotations;

namespace Sotto.Server.Accounts;

/// <summary>Accounts and their sessions. Section <c>Sotto:Accounts</c>.</summary>
internal sealed class AccountOptions
{
    public const string Section = "Sotto:Accounts";

    /// <summary>Whether anybody may make an account. Off: only the first administrator, by the set-up link.</summary>
    public bool OpenRegistration { get; set; } = true;

    /// <summary>Rounds of PBKDF2 for each password. When it changes, each password is hashed anew at its next login.</summary>
    [Range(1, 100_000_000)]
    public int PasswordIterations { get; set; } = 100_000;

    /// <summary>How many passwords are hashed at once, so that logins never take the whole machine. 0: half of the processors, at least one.</summary>
    [Range(0, 1024)]
    public int PasswordsAtOnce { get; set; }

    /// <summary>How long a refresh token lives when it isn't used.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00")]
    public TimeSpan RefreshTokenLife { get; set; } = TimeSpan.FromDays(60);
}
