using System.Buffers.Text;
using Sotto.Contracts;

namespace Sotto.Server.Devices;

/// <summary>The shapes of published keys. Whether the signatures hold is for the clients to check: the server is what they protect against.</summary>
internal static class DeviceKeysCheck
{
    public const int MaxOneTimePrekeys = 200;
    public const int KeyBytes = 32;
    public const int SignatureBytes = 64;

    /// <exception cref="RefusedException">VALIDATION_ERROR with every failing field.</exception>
    public static void Check(DeviceKeys keys)
    {
        var check = new Check()
            .Required(keys.SigningKey, "signing_key").Bytes(keys.SigningKey, "signing_key", KeyBytes)
            .Required(keys.IdentityKey, "identity_key").Bytes(keys.IdentityKey, "identity_key", KeyBytes)
            .Required(keys.SignedPrekey, "signed_prekey");
        if (keys.SignedPrekey is { } signed)
        {
            check
                .Required(signed.Id, "signed_prekey.id")
                .Required(signed.Key, "signed_prekey.key").Bytes(signed.Key, "signed_prekey.key", KeyBytes)
                .Required(signed.Signature, "signed_prekey.signature").Bytes(signed.Signature, "signed_prekey.signature", SignatureBytes)
                .Required(signed.ExpiresAt, "signed_prekey.expires_at");
        }

        var prekeys = keys.OneTimePrekeys ?? [];
        check.That(prekeys.Count <= MaxOneTimePrekeys, "one_time_prekeys", $"must have at most {MaxOneTimePrekeys} entries");
        for (var i = 0; i < Math.Min(prekeys.Count, MaxOneTimePrekeys); i++)
        {
            var at = $"one_time_prekeys[{i}]";
            check.Required(prekeys[i], at).Required(prekeys[i]?.Id, at + ".id").Required(prekeys[i]?.Key, at + ".key").Bytes(prekeys[i]?.Key, at + ".key", KeyBytes);
        }

        var ids = prekeys.Select(prekey => prekey?.Id).Where(id => id is not null).ToList();
        check.That(ids.Count == ids.Distinct().Count(), "one_time_prekeys", "must name each id once").Done();
    }

    /// <summary>Base64 with padding of exactly so many bytes.</summary>
    public static Check Bytes(this Check check, string? text, string field, int bytes) =>
        check.That(
            text is null || (text.Length == Base64.GetMaxEncodedToUtf8Length(bytes) && Base64.IsValid(text, out var length) && length == bytes),
            field, $"must be base64 of {bytes} bytes");
}
