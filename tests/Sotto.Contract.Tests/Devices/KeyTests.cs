using System.Text;
using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Devices;

/// <summary>The key directory and the manifest.</summary>
public abstract class KeyTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("D20", "D22", "D23")]
    public async Task Published_keys_are_seen_by_others()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var plain = await alice.NewDeviceAsync();
        var keys = Keys(1, 2, 3);
        await alice.PutAsync($"/devices/{alice.Phone.Id}/keys", keys).IsAsync(204);

        var seen = await bob.GetAsync($"/users/{alice.Id}/devices").AsAsync<UserDevices>();
        Assert.Equal(
            [new PublicDevice(alice.Id, alice.Phone.Id, keys.SigningKey, keys.IdentityKey), new PublicDevice(alice.Id, plain.Id, null, null)], seen.Devices);
        Assert.Null(seen.Manifest);
        var status = await alice.GetAsync($"/devices/{alice.Phone.Id}/keys/status").AsAsync<KeysStatus>();
        Assert.Equal(new KeysStatus(3, keys.SignedPrekey!.ExpiresAt), status);
        Assert.Equal(new KeysStatus(0, null), await alice.GetAsync($"/devices/{plain.Id}/keys/status").AsAsync<KeysStatus>());
        Assert.True((await alice.GetAsync("/devices/").AsAsync<Page<Device>>()).Data[0].HasKeys);
    }

    [Fact, Rule("D20")]
    public async Task Keys_are_published_for_own_devices_only()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        await bob.PutAsync($"/devices/{alice.Phone.Id}/keys", Keys()).IsRefusedAsync(Errors.PermissionDenied);
        await bob.GetAsync($"/devices/{alice.Phone.Id}/keys/status").IsRefusedAsync(Errors.PermissionDenied);
        await bob.PutAsync($"/devices/{bob.Id}/keys", Keys()).IsRefusedAsync(Errors.DeviceNotFound);
        await bob.GetAsync($"/devices/{bob.Id}/keys/status").IsRefusedAsync(Errors.DeviceNotFound);
    }

    [Fact, Rule("D20")]
    public async Task Only_the_device_itself_replaces_its_identity()
    {
        var alice = await PersonAsync("alice");
        var laptop = await alice.NewDeviceAsync();
        var keys = Keys(1, 2);
        await alice.PutAsync($"/devices/{alice.Phone.Id}/keys", keys).IsAsync(204);

        await laptop.PutAsync($"/devices/{alice.Phone.Id}/keys", Keys(3)).IsRefusedAsync(Errors.PermissionDenied);
        await laptop.PutAsync($"/devices/{alice.Phone.Id}/keys", keys with { OneTimePrekeys = Keys(3).OneTimePrekeys }).IsAsync(204);
        Assert.Equal(3, await LeftAsync(alice));
        await alice.PutAsync($"/devices/{alice.Phone.Id}/keys", Keys(1, 2, 3, 4)).IsAsync(204);
        Assert.Equal(1, await LeftAsync(alice));
    }

    [Fact, Rule("D21")]
    public async Task Keys_that_are_none_are_refused_with_every_field()
    {
        var alice = await PersonAsync("alice");
        var path = $"/devices/{alice.Phone.Id}/keys";
        await alice.PutAsync(path, Keys(1, 1)).IsRefusedAsync(Errors.ValidationError);
        await alice.PutAsync(path, new { }).IsRefusedAsync(Errors.ValidationError);
        await alice.PutAsync(path, """{"signing_key":1,"one_time_prekeys":[{"id":-1}]}""").IsRefusedAsync(Errors.ValidationError);
        await alice.PutAsync(path, """{"one_time_prekeys":[null]}""").IsRefusedAsync(Errors.ValidationError);
        var extra = await alice.PutAsync(path, Keys() with { SigningKey = "AA==", IdentityKey = "not base64" }).IsRefusedAsync(Errors.ValidationError);
        Assert.Equal(["identity_key", "signing_key"], extra.EnumerateObject().Select(p => p.Name).Order());
        Assert.False((await alice.GetAsync("/devices/").AsAsync<Page<Device>>()).Data[0].HasKeys);
    }

    [Fact, Rule("D20")]
    public async Task A_repeated_upload_changes_nothing_and_an_id_means_one_key_for_ever()
    {
        var alice = await PersonAsync("alice");
        var path = $"/devices/{alice.Phone.Id}/keys";
        var keys = Keys([.. Enumerable.Range(1, 150)]);
        await alice.PutAsync(path, keys).IsAsync(204);
        await alice.PutAsync(path, keys).IsAsync(204);
        Assert.Equal(150, await LeftAsync(alice));

        await alice.PutAsync(path, keys with { OneTimePrekeys = Keys(7).OneTimePrekeys }).IsRefusedAsync(Errors.ValidationError);
        await alice.PutAsync(path, keys with { OneTimePrekeys = Keys([.. Enumerable.Range(151, 51)]).OneTimePrekeys }).IsRefusedAsync(Errors.ValidationError);
        Assert.Equal(150, await LeftAsync(alice));
        await alice.PutAsync(path, keys with { OneTimePrekeys = Keys([.. Enumerable.Range(151, 50)]).OneTimePrekeys }).IsAsync(204);
        Assert.Equal(200, await LeftAsync(alice));
    }

    [Fact, Rule("D23", "D40", "D41")]
    public async Task A_manifest_is_stored_as_it_came_and_only_rises()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var third = ManifestOf(3);
        await alice.PutAsync("/users/me/manifest", third).IsAsync(200);
        Assert.Equal(third, (await bob.GetAsync($"/users/{alice.Id}/devices").AsAsync<UserDevices>()).Manifest);

        foreach (var version in new[] { 3, 2 })
        {
            var extra = await alice.PutAsync("/users/me/manifest", ManifestOf(version)).IsRefusedAsync(Errors.ManifestConflict);
            Assert.Equal(3, extra.Number("version"));
        }

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => alice.PutAsync("/users/me/manifest", ManifestOf(4))));
        Assert.Single(answers, answer => answer.Status == 200);
        await alice.PutAsync("/users/me/manifest", ManifestOf(9) with { Version = 8 }).IsRefusedAsync(Errors.ValidationError);
        await alice.PutAsync("/users/me/manifest", ManifestOf(9) with { Payload = "e30=" }).IsRefusedAsync(Errors.ValidationError);
        await alice.PutAsync("/users/me/manifest", new { }).IsRefusedAsync(Errors.ValidationError);
        Assert.Equal(4, (await bob.GetAsync($"/users/{alice.Id}/devices").AsAsync<UserDevices>()).Manifest!.Version);
    }

    private static async Task<int> LeftAsync(Person person) =>
        (await person.GetAsync($"/devices/{person.Phone.Id}/keys/status").AsAsync<KeysStatus>()).OneTimePrekeysLeft;

    private static Manifest ManifestOf(int version) => new(
        version, Convert.ToBase64String(Encoding.UTF8.GetBytes($$"""{"version":{{version}},"devices":[]}""")), TestDevice.RandomKey(64), "certificate");

    private static DeviceKeys Keys(params int[] ids) => new(
        TestDevice.RandomKey(), TestDevice.RandomKey(), new SignedPrekey(1, TestDevice.RandomKey(), TestDevice.RandomKey(64), new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero)),
        [.. ids.Select(id => new OneTimePrekey((uint)id, TestDevice.RandomKey()))]);
}

public sealed class KeyOnSqlite(Servers servers) : KeyTests(servers, Db.Sqlite);

public sealed class KeyOnPostgres(Servers servers) : KeyTests(servers, Db.Postgres);
