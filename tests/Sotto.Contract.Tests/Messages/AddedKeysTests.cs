using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Messages;

public abstract class AddedKeysTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("M24", "M44")]
    public async Task Keys_come_later_from_the_sender_or_from_the_recipients_own_device()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var group = await alice.CreatesGroupAsync(bob, carol);
        var sent = await alice.PostAsync("/messages/", new
        {
            ConversationId = group.Id, Ciphertext = "x", MessageType = "text", RecipientKeys = new[] { TestDevice.Wrap(bob.Id, bob.Phone.Id), TestDevice.Wrap(carol.Id, carol.Phone.Id) },
        }).AsAsync<Message>(201);
        var laptop = await bob.NewDeviceAsync();
        var socket = await laptop.ConnectsAsync();
        var fromAlice = TestDevice.Wrap(bob.Id, laptop.Id);

        await carol.PostAsync($"/messages/{sent.Id}/keys", new { recipient_keys = new[] { fromAlice } }).IsRefusedAsync(Errors.PermissionDenied);
        await alice.PostAsync($"/messages/{sent.Id}/keys", new { recipient_keys = Array.Empty<object>() }).IsRefusedAsync(Errors.ValidationError);
        await alice.PostAsync($"/messages/{sent.Id}/keys", new { recipient_keys = new[] { TestDevice.Wrap(bob.Id, Guid.CreateVersion7()) } }).IsRefusedAsync(Errors.ValidationError);
        await alice.PostAsync($"/messages/{sent.Id}/keys", new { recipient_keys = new[] { fromAlice } }).IsAsync(204);
        var told = await socket.ReceivesAsync("message_updated", new { message = new { id = sent.Id } });
        Assert.Equal([fromAlice], told.As<MessageUpdated>().Message.EncryptedKeys);
        Assert.False(told.As<MessageUpdated>().Message.IsEdited);

        var tablet = await bob.NewDeviceAsync("tablet");
        var fromBob = TestDevice.Wrap(bob.Id, tablet.Id);
        await bob.PostAsync($"/messages/{sent.Id}/keys", new { recipient_keys = new[] { fromBob } }).IsAsync(204);
        var seen = await tablet.GetAsync($"/messages/{sent.Id}").AsAsync<Message>();
        Assert.Equal([bob.Phone.Id, laptop.Id, tablet.Id], seen.EncryptedKeys.Select(key => key.RecipientDeviceId!.Value).Order());
        Assert.Equal(4, (await alice.GetAsync($"/messages/{sent.Id}").AsAsync<Message>()).EncryptedKeys.Count);
        Assert.Equal(carol.Phone.Id, Assert.Single((await carol.GetAsync($"/messages/{sent.Id}").AsAsync<Message>()).EncryptedKeys).RecipientDeviceId);

        await alice.DeleteAsync($"/messages/{sent.Id}").IsAsync(204);
        await alice.PostAsync($"/messages/{sent.Id}/keys", new { recipient_keys = new[] { fromAlice } }).IsRefusedAsync(Errors.MessageDeleted);
    }

    [Fact, Rule("D30", "V34")]
    public async Task Everybody_who_shares_a_conversation_learns_of_changed_devices()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var direct = await alice.CreatesDirectAsync(bob);
        var (alices, bobs, carols) = (await alice.ConnectsAsync(), await bob.ConnectsAsync(), await carol.ConnectsAsync());
        var before = (await alice.SeesAsync(direct)).RosterVersion;

        await bob.Phone.PublishesKeysAsync();
        foreach (var socket in (Socket[])[alices, bobs])
        {
            var told = await socket.ReceivesAsync("device_list_changed", new { user_id = bob.Id });
            Assert.Equal([direct.Id], told.As<DeviceListChanged>().ConversationIds);
        }

        var laptop = await bob.NewDeviceAsync();
        await alices.ReceivesAsync("device_list_changed", new { user_id = bob.Id });
        await bob.DeleteAsync($"/devices/{laptop.Id}").IsAsync(204);
        await alices.ReceivesAsync("device_list_changed", new { user_id = bob.Id });
        Assert.Equal(before + 3, (await alice.SeesAsync(direct)).RosterVersion);
        await carols.ReceivesNoAsync(frame => frame.Type == "device_list_changed" && frame.Data.Id("user_id") == bob.Id, await SettledAsync(carol));
    }
}

public sealed class AddedKeysOnSqlite(Servers servers) : AddedKeysTests(servers, Db.Sqlite);

public sealed class AddedKeysOnPostgres(Servers servers) : AddedKeysTests(servers, Db.Postgres);
