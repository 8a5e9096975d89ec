using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Conversations;

public abstract class ConversationDevicesTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("D24", "D29")]
    public async Task Members_get_every_device_of_every_member_and_the_roster_version()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var direct = await alice.CreatesDirectAsync(bob);
        var path = $"/conversations/{direct.Id}/devices";
        var first = await alice.GetAsync(path).AsAsync<ConversationDevices>();
        Assert.Equal([(alice.Id, alice.Phone.Id), (bob.Id, bob.Phone.Id)], first.Devices.Select(device => (device.UserId, device.DeviceId)).Order());
        Assert.All(first.Devices, device => Assert.Null(device.IdentityKey));
        Assert.Equal(direct.RosterVersion, first.RosterVersion);

        var laptop = await bob.NewDeviceAsync();
        var second = await alice.GetAsync(path).AsAsync<ConversationDevices>();
        Assert.Equal(3, second.Devices.Count);
        Assert.True(second.RosterVersion > first.RosterVersion);

        await laptop.PublishesKeysAsync();
        var third = await alice.GetAsync(path).AsAsync<ConversationDevices>();
        Assert.NotNull(third.Devices.Single(device => device.DeviceId == laptop.Id).IdentityKey);
        Assert.True(third.RosterVersion > second.RosterVersion);

        await bob.DeleteAsync($"/devices/{laptop.Id}").IsAsync(204);
        var fourth = await alice.GetAsync(path).AsAsync<ConversationDevices>();
        Assert.Equal(2, fourth.Devices.Count);
        Assert.True(fourth.RosterVersion > third.RosterVersion);
        Assert.Equal(fourth.RosterVersion, (await alice.SeesAsync(direct)).RosterVersion);

        await carol.GetAsync(path).IsRefusedAsync(Errors.NotAMember);
        await carol.GetAsync($"/conversations/{Guid.CreateVersion7()}/devices").IsRefusedAsync(Errors.ConversationNotFound);
    }

    [Fact, Rule("D25", "D26", "D28")]
    public async Task Members_take_prekeys_of_members_devices_each_handed_out_once()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var group = await alice.CreatesGroupAsync(bob, carol);
        await bob.Phone.PublishesKeysAsync(oneTimePrekeys: 2);
        var path = $"/conversations/{group.Id}/prekeys";

        var bundles = await Task.WhenAll(new[] { alice, carol, alice, carol }.Select(asker =>
            asker.PostAsync(path, new PrekeyRequest([bob.Phone.Id])).AsAsync<PrekeyBundles>()));
        var handedOut = bundles.Select(bundle => Assert.Single(bundle.Bundles)).ToArray();
        Assert.All(handedOut, bundle => Assert.Equal((bob.Id, bob.Phone.Id), (bundle.UserId, bundle.DeviceId)));
        Assert.Equal([null, null, 1u, 2u], handedOut.Select(bundle => bundle.OneTimePrekey?.Id).Order());

        var stranger = await PersonAsync("mallory");
        await stranger.PostAsync(path, new PrekeyRequest([bob.Phone.Id])).IsRefusedAsync(Errors.NotAMember);
        await alice.PostAsync(path, new PrekeyRequest([stranger.Phone.Id])).IsRefusedAsync(Errors.DeviceNotFound);
        await alice.PostAsync(path, new PrekeyRequest([])).IsRefusedAsync(Errors.ValidationError);
        await alice.PostAsync(path, new { }).IsRefusedAsync(Errors.ValidationError);
        Assert.Empty((await alice.PostAsync(path, new PrekeyRequest([carol.Phone.Id])).AsAsync<PrekeyBundles>()).Bundles);
    }

    [Fact, Rule("D27")]
    public async Task An_asker_gets_six_bundles_of_one_device_at_once()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var group = await alice.CreatesGroupAsync(bob, carol);
        await bob.Phone.PublishesKeysAsync();
        for (var i = 0; i < 6; i++)
        {
            await alice.PostAsync($"/conversations/{group.Id}/prekeys", new PrekeyRequest([bob.Phone.Id])).IsAsync(200);
        }

        var refused = await alice.PostAsync($"/conversations/{group.Id}/prekeys", new PrekeyRequest([bob.Phone.Id]));
        refused.MustBeRefused(Errors.RateLimited);
        Assert.InRange(int.Parse(refused.Header("Retry-After")!, System.Globalization.CultureInfo.InvariantCulture), 1, 600);
        await carol.PostAsync($"/conversations/{group.Id}/prekeys", new PrekeyRequest([bob.Phone.Id])).IsAsync(200);
    }

    [Fact, Rule("A54")]
    public async Task A_block_is_silent_and_nothing_gets_past_it()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var direct = await alice.CreatesDirectAsync(bob);
        await alice.CreatesGroupAsync(bob, carol);
        var (ofAlice, ofBob, bystander) = (await alice.ConnectsAsync(), await bob.ConnectsAsync(), await carol.ConnectsAsync());
        foreach (var socket in new[] { ofAlice, ofBob })
        {
            await socket.AsksAsync(new { type = "join_conversation", conversation_id = direct.Id });
        }

        await bystander.ReceivesAsync("sync_complete");
        await alice.BlocksAsync(bob);
        Assert.Equal("USER_BLOCKED", (await ofBob.AsksAsync(new { type = "typing", conversation_id = direct.Id, is_typing = true })).Data.Text("error_code"));
        await bob.PatchAsync($"/conversations/{direct.Id}", new { title = "An insult" }).IsRefusedAsync(Errors.UserBlocked);
        await bob.PatchAsync($"/conversations/{direct.Id}", new { archived = true }).IsAsync(200);
        foreach (var (socket, person) in new[] { (ofAlice, alice), (ofBob, bob), (bystander, carol) })
        {
            await socket.ReceivesNoAsync(frame => frame.Type is "device_list_changed" or "typing" or "conversation_updated", await SettledAsync(person));
        }
    }

    [Fact, Rule("A51")]
    public async Task A_block_moves_the_roster_so_that_nobody_writes_on_an_old_one()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        await alice.SendsAsync("hello", direct);
        await bob.BlocksAsync(alice);
        await alice.PostAsync("/messages/", new { ConversationId = direct.Id, Ciphertext = "x", MessageType = "text", RecipientKeys = Array.Empty<WrappedKey>() })
            .IsRefusedAsync(Errors.UserBlocked);
        Assert.Equal(200, (await alice.PostAsync("/conversations/", new NewConversation(ConversationType.Direct, Participants: [bob.Id]))).Status);
        await bob.DeleteAsync($"/users/{alice.Id}/block").IsAsync(204);
        await alice.SendsAsync("again", direct);
    }
}

public sealed class ConversationDevicesOnSqlite(Servers servers) : ConversationDevicesTests(servers, Db.Sqlite);

public sealed class ConversationDevicesOnPostgres(Servers servers) : ConversationDevicesTests(servers, Db.Postgres);
