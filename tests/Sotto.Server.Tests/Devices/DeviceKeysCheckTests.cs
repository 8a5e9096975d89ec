using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Sotto.Contracts;
using Sotto.Server.Devices;

namespace Sotto.Server.Tests.Devices;

public sealed class DeviceKeysCheckTests
{
    private static readonly DeviceKeys Good = new(
        Key(), Key(), new SignedPrekey(1, Key(), Key(64), DateTimeOffset.UnixEpoch), [new OneTimePrekey(1, Key()), new OneTimePrekey(2, Key())]);

    [Fact, Rule("D20")]
    public void Keys_of_the_right_sizes_pass() => DeviceKeysCheck.Check(Good);

    [Fact, Rule("D21")]
    public void Every_failing_field_is_named()
    {
        var keys = new DeviceKeys(
            "***", Key(31), new SignedPrekey(null, Key(33), Key(32), null), [new OneTimePrekey(1, Key()), new OneTimePrekey(1, Key()), new OneTimePrekey(null, "x")]);
        var refused = Assert.Throws<RefusedException>(() => DeviceKeysCheck.Check(keys));
        Assert.Equal(
            [
                "identity_key", "one_time_prekeys", "one_time_prekeys[2].id", "one_time_prekeys[2].key", "signed_prekey.expires_at", "signed_prekey.id",
                "signed_prekey.key", "signed_prekey.signature", "signing_key",
            ],
            refused.Extra!.Select(field => field.Key).Order(StringComparer.Ordinal));
    }

    [Fact, Rule("D21")]
    public void An_empty_body_names_all_that_is_required() =>
        Assert.Equal(
            ["identity_key", "signed_prekey", "signing_key"],
            Assert.Throws<RefusedException>(() => DeviceKeysCheck.Check(new DeviceKeys(null, null, null))).Extra!.Select(field => field.Key).Order(StringComparer.Ordinal));

    [Fact]
    public void More_one_time_prekeys_than_may_be_stored_are_refused()
    {
        var keys = Good with { OneTimePrekeys = [.. Enumerable.Range(0, 201).Select(i => new OneTimePrekey((uint)i, Key()))] };
        Assert.Contains("one_time_prekeys", Assert.Throws<RefusedException>(() => DeviceKeysCheck.Check(keys)).Extra!.Select(field => field.Key));
    }

    [Theory, Rule("D41")]
    [InlineData("""{"version":3}""", 3L)]
    [InlineData("""{"version":0}""", null)]
    [InlineData("""{"version":-3}""", null)]
    [InlineData("""{"version":3.5}""", null)]
    [InlineData("""{"version":"3"}""", null)]
    [InlineData("""[3]""", null)]
    [InlineData("""{}""", null)]
    [InlineData("""{"version":""", null)]
    public void A_manifests_version_is_read_from_its_payload(string payload, long? version) =>
        Assert.Equal(version, PublishManifest.ReadVersion(Convert.ToBase64String(Encoding.UTF8.GetBytes(payload))));

    [Fact]
    public void Any_text_as_a_payload_is_borne() => Gen.String.Sample(text => PublishManifest.ReadVersion(text) is null);

    private static string Key(int bytes = 32) => Convert.ToBase64String(RandomNumberGenerator.GetBytes(bytes));
}
