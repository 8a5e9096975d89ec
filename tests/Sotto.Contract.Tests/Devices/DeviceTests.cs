using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Devices;

/// <summary>Own devices, and what a client asks before it has one.</summary>
public abstract class DeviceTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("D1", "D2")]
    public async Task Devices_are_listed_added_and_renamed()
    {
        var alice = await PersonAsync("alice");
        var added = await alice.PostAsync("/devices/", new { name = "tablet", platform = "android" }, ("Idempotency-Key", "one")).AsAsync<Device>(201);
        var repeated = await alice.PostAsync("/devices/", new { name = "tablet", platform = "android" }, ("Idempotency-Key", "one")).AsAsync<Device>(201);
        var renamed = await alice.PatchAsync($"/devices/{added.Id}", new { name = "big tablet" }).AsAsync<Device>();

        Assert.Equal(added, repeated);
        Assert.Equal(("big tablet", "android", false), (renamed.Name, renamed.Platform, renamed.Current));
        var list = await alice.GetAsync("/devices/").AsAsync<Page<Device>>();
        Assert.Equal(2, list.Count);
        Assert.Equal([(alice.Phone.Id, true), (added.Id, false)], list.Data.Select(device => (device.Id, device.Current)));
        var login = await Nobody.PostAsync("/auth/login", new Credentials(alice.Username, alice.Password, added.Id)).AsAsync<SignedIn>();
        Assert.Equal(added.Id, login.Device.Id);
    }

    [Fact, Rule("D3")]
    public async Task A_user_has_ten_devices_and_may_log_in_as_one_of_them()
    {
        var alice = await PersonAsync("alice");
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => alice.PostAsync("/devices/", new { })));
        Assert.Equal(9, answers.Count(answer => answer.Status == 201));

        await alice.PostAsync("/devices/", new { }).IsRefusedAsync(Errors.TooManyDevices);
        var extra = await Nobody.PostAsync("/auth/login", new Credentials(alice.Username, alice.Password)).IsRefusedAsync(Errors.TooManyDevices);
        Assert.Equal((10, 10), (extra.Number("limit"), extra.GetProperty("device_ids").GetArrayLength()));
        await Nobody.PostAsync("/auth/login", new Credentials(alice.Username, alice.Password, alice.Phone.Id)).IsAsync(200);
    }

    [Fact, Rule("D3")]
    public async Task A_full_list_makes_room_by_a_device_that_logged_out_and_has_no_keys()
    {
        var alice = await PersonAsync("alice");
        var (kept, spare) = (await alice.NewDeviceAsync("kept"), await alice.NewDeviceAsync("spare"));
        await kept.PublishesKeysAsync();
        await kept.PostAsync("/auth/logout").IsAsync(204);
        await spare.PostAsync("/auth/logout").IsAsync(204);
        for (var i = 0; i < 7; i++)
        {
            await alice.NewDeviceAsync();
        }

        var newest = await alice.NewDeviceAsync("newest");
        var ids = (await alice.GetAsync("/devices/").AsAsync<Page<Device>>()).Data.Select(device => device.Id).ToList();
        Assert.Equal(10, ids.Count);
        Assert.Contains(kept.Id, ids);
        Assert.Contains(newest.Id, ids);
        Assert.DoesNotContain(spare.Id, ids);
        await Nobody.PostAsync("/auth/login", new Credentials(alice.Username, alice.Password)).IsRefusedAsync(Errors.TooManyDevices);
    }

    [Fact, Rule("D4")]
    public async Task A_deleted_device_is_shut_out_and_its_keys_are_gone()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var laptop = await alice.NewDeviceAsync();
        await laptop.PublishesKeysAsync();
        var socket = await laptop.ConnectsAsync();

        await alice.DeleteAsync($"/devices/{laptop.Id}").IsAsync(204);

        await socket.IsClosedAsync(CloseCodes.AuthenticationFailed);
        await laptop.GetAsync("/users/me").IsRefusedAsync(Errors.DeviceRevoked);
        await Nobody.PostAsync("/auth/refresh", new RefreshRequest(laptop.Session.RefreshToken)).IsRefusedAsync(Errors.DeviceRevoked);
        Assert.DoesNotContain((await bob.GetAsync($"/users/{alice.Id}/devices").AsAsync<UserDevices>()).Devices, device => device.DeviceId == laptop.Id);
        await alice.DeleteAsync($"/devices/{laptop.Id}").IsRefusedAsync(Errors.DeviceNotFound);
        await alice.DeleteAsync($"/devices/{alice.Phone.Id}").IsAsync(204);
        await alice.GetAsync("/users/me").IsRefusedAsync(Errors.DeviceRevoked);
    }

    [Fact, Rule("D5")]
    public async Task Devices_of_others_are_out_of_reach()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        await alice.PatchAsync($"/devices/{bob.Phone.Id}", new { name = "mine" }).IsRefusedAsync(Errors.PermissionDenied);
        await alice.DeleteAsync($"/devices/{bob.Phone.Id}").IsRefusedAsync(Errors.PermissionDenied);
        await alice.PatchAsync($"/devices/{bob.Id}", new { name = "mine" }).IsRefusedAsync(Errors.DeviceNotFound);
        await alice.DeleteAsync($"/devices/{bob.Id}").IsRefusedAsync(Errors.DeviceNotFound);
        await alice.DeleteAsync("/devices/phone").IsRefusedAsync(Errors.ValidationError);
        await bob.GetAsync("/users/me").IsAsync(200);
    }

    [Fact, Rule("D6")]
    public async Task Capabilities_tell_anyone_what_the_server_is()
    {
        var told = await Nobody.GetAsync("/capabilities").AsAsync<Capabilities>();
        Assert.Matches(@"^\d+\.\d+\.\d+", told.Version);
        Assert.Matches(@"^\d+\.\d+\.\d+", told.OldestSdk);
        Assert.Contains("device_keys", told.Features);
        Assert.Equal((1024 * 1024, 10, 5, 100_000), (told.Limits.RequestBody, told.Limits.DevicesPerUser, told.Limits.SocketsPerUser, told.Limits.MessagesPerMinute));
    }
}

public sealed class DeviceOnSqlite(Servers servers) : DeviceTests(servers, Db.Sqlite);

public sealed class DeviceOnPostgres(Servers servers) : DeviceTests(servers, Db.Postgres);
