using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Messages;

/// <summary>Who comes later sees nothing of what was before, and who is gone nothing of what comes after, however a message changes.</summary>
public abstract class SightTests(Servers servers, Db db) : Play(servers, db)
{
    private static readonly string[] Changes = ["message_updated", "message_deleted", "reaction_updated"];

    [Fact, Rule("V48")]
    public async Task A_newcomer_hears_of_no_change_of_what_is_older()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var group = await alice.CreatesGroupAsync(bob, await PersonAsync("dave"));
        var (edited, deleted) = (await alice.SendsAsync("edited", group), await alice.SendsAsync("deleted", group));
        await alice.AddsAsync(carol, group);
        var (live, seen) = (await carol.ConnectsAsync(), await bob.ConnectsAsync());
        await live.ReceivesAsync("sync_complete");

        await alice.PatchAsync($"/messages/{edited.Id}", new { ciphertext = "anew", recipient_keys = Array.Empty<object>() }).IsAsync(200);
        await bob.PutAsync($"/messages/{edited.Id}/reactions", new { ciphertext = "a like", recipient_keys = Array.Empty<object>() }).IsAsync(200);
        await bob.DeleteAsync($"/messages/{edited.Id}/reactions").IsAsync(204);
        await alice.DeleteAsync($"/messages/{deleted.Id}").IsAsync(204);
        var last = await alice.SendsAsync("for all", group);
        await seen.ReceivesAsync("message_deleted", new { message_id = deleted.Id });
        await live.ReceivesAsync("message_received", new { message = new { id = last.Id } });
        Assert.DoesNotContain(live.All, frame => Changes.Contains(frame.Type));

        // Nor by catching up, over the socket or without one.
        var laptop = await carol.NewDeviceAsync();
        await alice.PatchAsync($"/messages/{edited.Id}", new { ciphertext = "once more", recipient_keys = Array.Empty<object>() }).IsAsync(200);
        var after = await alice.SendsAsync("after that", group);
        var sync = (await laptop.GetAsync("/sync")).MustBe(200).Json.GetProperty("data").EnumerateArray().Select(one => one.Text("type")!).ToArray();
        Assert.Equal(["message_received"], sync);
        var late = await laptop.ConnectsAsync();
        await late.ReceivesAsync("message_received", new { message = new { id = after.Id } });
        Assert.DoesNotContain(late.All, frame => Changes.Contains(frame.Type));
    }

    [Fact, Rule("V48", "M21")]
    public async Task A_change_of_an_old_message_needs_no_keys_for_newcomers()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var group = await alice.CreatesGroupAsync(bob, await PersonAsync("dave"));
        foreach (var person in new[] { alice, bob, carol })
        {
            await person.Phone.PublishesKeysAsync();
        }

        var forBob = new[] { TestDevice.Wrap(bob.Id, bob.Phone.Id) };
        var old = await alice.PostAsync("/messages/", new { conversation_id = group.Id, ciphertext = "sealed", message_type = "text", recipient_keys = forBob }).AsAsync<Message>(201);
        await alice.AddsAsync(carol, group);
        await alice.PatchAsync($"/messages/{old.Id}", new { ciphertext = "anew", recipient_keys = forBob }).IsAsync(200);
        await bob.PutAsync($"/messages/{old.Id}/reactions", new { ciphertext = "a like", recipient_keys = new[] { TestDevice.Wrap(alice.Id, alice.Phone.Id) } }).IsAsync(200);
        await alice.PatchAsync($"/messages/{old.Id}", new { ciphertext = "anew", recipient_keys = Array.Empty<object>() }).IsRefusedAsync(Errors.DeviceListMismatch);
        await alice.PostAsync("/messages/", new { conversation_id = group.Id, ciphertext = "sealed", message_type = "text", recipient_keys = forBob })
            .IsRefusedAsync(Errors.DeviceListMismatch);
    }

    [Fact, Rule("V49")]
    public async Task Who_was_removed_gets_messages_as_they_were_or_not_at_all()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var group = await alice.CreatesGroupAsync(bob, carol);
        var (untouched, edited, liked) = (await alice.SendsAsync("untouched", group), await alice.SendsAsync("before", group), await alice.SendsAsync("liked", group));
        await alice.RemovesAsync(carol, group);
        await alice.PatchAsync($"/messages/{edited.Id}", new { ciphertext = "after", recipient_keys = Array.Empty<object>() }).IsAsync(200);
        await bob.PutAsync($"/messages/{liked.Id}/reactions", new { ciphertext = "a like", recipient_keys = Array.Empty<object>() }).IsAsync(200);

        var sync = (await carol.GetAsync("/sync")).MustBe(200);
        Assert.DoesNotContain("after", sync.Body);
        Assert.DoesNotContain("a like", sync.Body);
        Assert.Contains(untouched.Id.ToString(), sync.Body);
        Assert.Contains(liked.Id.ToString(), sync.Body);
        var socket = await carol.ConnectsAsync();
        await socket.ReceivesAsync("member_removed", new { user_id = carol.Id });
        await socket.ReceivesAsync("sync_complete");
        Assert.DoesNotContain(socket.All, frame => frame.ToString().Contains("after", StringComparison.Ordinal) || frame.ToString().Contains("a like", StringComparison.Ordinal));
        Assert.Contains(socket.All, frame => frame.Type == "message_received" && frame.Data.Id("message.id") == untouched.Id);
    }

    [Fact, Rule("M50")]
    public async Task A_new_device_has_received_nothing_that_is_older()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        var message = await alice.SendsAsync("waiting", direct);
        var laptop = await bob.NewDeviceAsync();
        await bob.PostAsync("/devices/", new DeviceDescription("tablet", "test")).IsAsync(201);
        Assert.Equal(MessageStatusType.Sent, await StatusAsync(alice, message));
        var next = await alice.SendsAsync("next", direct);
        await laptop.PostAsync("/sync/ack", new SyncAck(direct.Id, next.Seq)).IsAsync(204);
        Assert.Equal((MessageStatusType.Sent, MessageStatusType.Delivered), (await StatusAsync(alice, message), await StatusAsync(alice, next)));
        await laptop.PostAsync($"/messages/{message.Id}/status", new StatusReport(MessageStatusType.Read)).IsAsync(204);
        Assert.Equal(MessageStatusType.Read, await StatusAsync(alice, message));
    }

    [Fact, Rule("M54")]
    public async Task A_status_told_over_the_socket_never_goes_back()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var laptop = await bob.NewDeviceAsync();
        var direct = await alice.CreatesDirectAsync(bob);
        var socket = await alice.ConnectsAsync();
        var message = await alice.SendsAsync("sealed", direct);
        await bob.PostAsync($"/messages/{message.Id}/status", new StatusReport(MessageStatusType.Read)).IsAsync(204);
        await laptop.PostAsync("/sync/ack", new SyncAck(direct.Id, message.Seq)).IsAsync(204);
        await laptop.PostAsync($"/messages/{message.Id}/status", new StatusReport(MessageStatusType.Failed)).IsAsync(204);
        await socket.ReceivesAsync("message_status_update", new { message_id = message.Id, status = "read" });

        // A failure is told while it is the truth, and taken back when another device can read it.
        message = await alice.SendsAsync("sealed", direct);
        await bob.PostAsync("/sync/ack", new SyncAck(direct.Id, message.Seq)).IsAsync(204);
        await socket.ReceivesAsync("message_status_update", new { message_id = message.Id, status = "delivered" });
        await bob.PostAsync($"/messages/{message.Id}/status", new StatusReport(MessageStatusType.Failed)).IsAsync(204);
        await socket.ReceivesAsync("message_status_update", new { message_id = message.Id, status = "failed" });
        await laptop.PostAsync("/sync/ack", new SyncAck(direct.Id, message.Seq)).IsAsync(204);
        await socket.ReceivesAsync("message_status_update", new { message_id = message.Id, status = "delivered" });
        Assert.Equal(4, socket.All.Count(frame => frame.Type == "message_status_update"));
    }

    [Fact, Rule("M56")]
    public async Task What_was_read_while_receipts_were_off_stays_untold()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        var before = await alice.SendsAsync("before", direct);
        await bob.PatchAsync("/users/me", new { settings = new { read_receipts = false } }).IsAsync(200);
        await bob.PostAsync($"/messages/{before.Id}/status", new StatusReport(MessageStatusType.Read)).IsAsync(204);
        Assert.Equal(MessageStatusType.Delivered, await StatusAsync(alice, before));
        await bob.PatchAsync("/users/me", new { settings = new { read_receipts = true } }).IsAsync(200);
        Assert.Equal(MessageStatusType.Delivered, await StatusAsync(alice, before));
        var after = await alice.SendsAsync("after", direct);
        await bob.PostAsync($"/messages/{after.Id}/status", new StatusReport(MessageStatusType.Read)).IsAsync(204);
        Assert.Equal(MessageStatusType.Read, await StatusAsync(alice, after));
    }

    [Fact, Rule("M53")]
    public async Task Whose_devices_were_not_addressed_has_failed_to_get_it()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var group = await alice.CreatesGroupAsync(bob, carol);
        await alice.Phone.PublishesKeysAsync();
        await bob.Phone.PublishesKeysAsync();
        var plain = await carol.ConnectsAsync();
        var sent = await alice.PostAsync(
            "/messages/", new { conversation_id = group.Id, ciphertext = "sealed", message_type = "text", recipient_keys = new[] { TestDevice.Wrap(bob.Id, bob.Phone.Id) } }).AsAsync<Message>(201);
        await plain.ReceivesAsync("message_received", new { message = new { id = sent.Id } });
        var statuses = (await alice.GetAsync($"/messages/{sent.Id}").AsAsync<Message>()).Statuses;
        Assert.Equal(MessageStatusType.Failed, statuses.Single(one => one.UserId == carol.Id).Status);
    }

    private static async Task<MessageStatusType> StatusAsync(Person sender, Message message) =>
        Assert.Single((await sender.GetAsync($"/messages/{message.Id}").AsAsync<Message>()).Statuses).Status;
}

public sealed class SightOnSqlite(Servers servers) : SightTests(servers, Db.Sqlite);

public sealed class SightOnPostgres(Servers servers) : SightTests(servers, Db.Postgres);
