using System.Buffers;
using System.Text;
using Sotto.Contracts;

namespace Sotto.Server.Accounts;

/// <summary>The rules of names: what a user name may be, and how names are compared when people are looked for.</summary>
internal static class UserName
{
    public const int Shortest = 3;
    public const int Longest = 32;
    public const int LongestDisplayName = 64;

    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>The stored form of what somebody typed.</summary>
    public static string Normal(string typed) => typed.ToLowerInvariant();

    public static bool IsValid(string name) => name.Length is >= Shortest and <= Longest && !name.AsSpan().ContainsAnyExcept(Allowed);

    /// <summary>Adds what is wrong with a user name, already in its stored form.</summary>
    public static Check Name(this Check check, string? name, string field) =>
        check.Required(name, field).That(
            name is null || IsValid(name), field, $"must have {Shortest} to {Longest} of the characters a-z 0-9 . _ -");

    /// <summary>Adds what is wrong with a text that people see as a name.</summary>
    public static Check Label(this Check check, string? text, string field, int longest) =>
        check.AtMost(text, field, longest).That(text is null || !text.Any(char.IsControl), field, "must have no control characters");

    /// <summary>Adds what is wrong with what a client tells of itself.</summary>
    public static Check Describes(this Check check, DeviceDescription? device, string prefix = "device.") =>
        check.Label(device?.Name, prefix + "name", 64).Label(device?.Platform, prefix + "platform", 32);

    /// <summary>What a name is found by.</summary>
    public static byte[] SearchKey(string name) => Encoding.UTF8.GetBytes(name.Trim().ToLowerInvariant());

    /// <summary>All keys that begin with <paramref name="prefix"/> are at least it and less than this.</summary>
    public static byte[] AfterPrefix(byte[] prefix) => [.. prefix, 0xFF];

    /// <summary>A user name made from what an outside issuer calls somebody, or null when nothing of it can be used.</summary>
    public static string? FromOutside(string? name)
    {
        if (name is null)
        {
            return null;
        }

        var kept = new string([.. Normal(name.Split('@')[0]).Where(Allowed.Contains).Take(Longest)]);
        return IsValid(kept) ? kept : null;
    }
}
