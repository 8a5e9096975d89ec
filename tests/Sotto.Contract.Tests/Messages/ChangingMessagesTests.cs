using Sotto.Contract.Tests.Attachments;
using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Messages;

public abstract class ChangingMessagesTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("M40", "M44", "W43", "W47")]
    public async Task The_sender_edits_and_everybody_sees_it()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        var sent = await alice.SendsAsync("frist", direct);
        var socket = await bob.ConnectsAsync();

        var edited = await alice.PatchAsync($"/messages/{sent.Id}", new { ciphertext = "first", encryption_algo = "x" }).AsAsync<Message>();
        Assert.Equal((sent.Id, sent.Seq, "first", true, "x"), (edited.Id, edited.Seq, edited.Ciphertext, edited.IsEdited, edited.EncryptionAlgo));
        Assert.True(edited.UpdatedAt >= sent.UpdatedAt && edited.CreatedAt == sent.CreatedAt);
        var told = await socket.ReceivesAsync("message_updated", new { conversation_id = direct.Id, message = new { id = sent.Id, ciphertext = "first", is_edited = true } });
        Assert.Equal(sent.Seq + 1, told.Data.Number("seq"));

        await bob.PatchAsync($"/messages/{sent.Id}", new { ciphertext = "mine" }).IsRefusedAsync(Errors.PermissionDenied);
        await alice.PatchAsync($"/messages/{sent.Id}", "{}").IsRefusedAsync(Errors.ValidationError);
        Assert.Equal("first", (await bob.GetAsync($"/messages/{sent.Id}").AsAsync<Message>()).Ciphertext);
    }

    [Fact, Rule("M41", "M42", "M44", "M43")]
    public async Task A_deleted_message_leaves_a_tombstone_and_takes_nothing_more()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var group = await alice.CreatesGroupAsync(bob, carol);
        var sent = await bob.PostAsync("/messages/", new
        {
            ConversationId = group.Id,
            Ciphertext = "oops",
            MessageType = "text",
            RecipientKeys = new[] { TestDevice.Wrap(carol.Id, carol.Phone.Id) },
            Attachments = new[] { new { FileName = "a", FileSize = 1, ContentType = "text/plain", (await bob.Phone.UploadsAsync(new byte[1])).StorageId } },
        }).AsAsync<Message>(201);
        await carol.PutAsync($"/messages/{sent.Id}/reactions", new { ciphertext = "+1" }).IsAsync(200);
        var socket = await carol.ConnectsAsync();

        await carol.DeleteAsync($"/messages/{sent.Id}").IsRefusedAsync(Errors.PermissionDenied);
        await alice.DeleteAsync($"/messages/{sent.Id}").IsAsync(204);
        await socket.ReceivesAsync("message_deleted", new { conversation_id = group.Id, message_id = sent.Id, deleted_by = alice.Id });

        var tomb = await carol.GetAsync($"/messages/{sent.Id}").AsAsync<Message>();
        Assert.Equal((true, "", sent.Seq), (tomb.IsDeleted, tomb.Ciphertext, tomb.Seq));
        Assert.Empty(tomb.EncryptedKeys);
        Assert.Empty(tomb.Attachments);
        Assert.Empty(tomb.Reactions);
        await bob.PatchAsync($"/messages/{sent.Id}", new { ciphertext = "again" }).IsRefusedAsync(Errors.MessageDeleted);
        await carol.PutAsync($"/messages/{sent.Id}/reactions", new { ciphertext = "+1" }).IsRefusedAsync(Errors.MessageDeleted);
        await bob.DeleteAsync($"/messages/{sent.Id}").IsAsync(204);
        Assert.Equal(sent.Seq + 2, (await bob.SeesAsync(group)).LastSeq);
    }

    [Fact, Rule("M43", "M44", "W43")]
    public async Task A_user_has_one_reaction_on_a_message()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        var sent = await alice.SendsAsync("hi", direct);
        var watcher = await alice.ConnectsAsync();
        await bob.DeleteAsync($"/messages/{sent.Id}/reactions").IsRefusedAsync(Errors.ReactionNotFound);
        await bob.PutAsync($"/messages/{sent.Id}/reactions", new { ciphertext = "+1", recipient_keys = new[] { TestDevice.Wrap(alice.Id, alice.Phone.Id) } }).IsAsync(200);
        var told = await watcher.ReceivesAsync("reaction_updated", new { message_id = sent.Id, user_id = bob.Id, reaction = new { ciphertext = "+1" } });
        Assert.Equal(alice.Phone.Id, told.Data.Id("reaction.encrypted_keys.0.recipient_device_id"));

        var socket = await bob.ConnectsAsync();
        await socket.AsksAsync(new { type = "react", message_id = sent.Id, ciphertext = "-1" }).IsAsync("ack");
        await alice.PutAsync($"/messages/{sent.Id}/reactions", new { ciphertext = "own" }).IsAsync(200);
        var seen = await alice.GetAsync($"/messages/{sent.Id}").AsAsync<Message>();
        Assert.Equal([(alice.Id, "own"), (bob.Id, "-1")], seen.Reactions.Select(one => (one.UserId, one.Ciphertext)).OrderBy(one => one.Item2 == "-1"));

        await socket.AsksAsync(new { type = "react", message_id = sent.Id }).IsAsync("ack");
        await watcher.ReceivesAsync("reaction_updated", frame => frame.Data.Id("user_id") == bob.Id && frame.Data.Text("reaction") is null);
        Assert.Equal(alice.Id, Assert.Single((await bob.ReadsAsync(direct)).Single(message => message.Id == sent.Id).Reactions).UserId);
        await socket.AsksAsync(new { type = "react", message_id = sent.Id }).IsRefusedAsync(Errors.ReactionNotFound);
    }

    [Fact, Rule("W42", "W43", "W7")]
    public async Task What_one_socket_does_the_senders_other_sockets_see()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        var laptop = await alice.NewDeviceAsync();
        var (one, other, twin, bobs) = (await alice.ConnectsAsync(), await laptop.ConnectsAsync(), await alice.Phone.ConnectsAsync(), await bob.ConnectsAsync());
        foreach (var socket in (Socket[])[one, other, twin, bobs])
        {
            await socket.ReceivesAsync("sync_complete");
        }

        var ack = await one.AsksAsync(new { type = "send_message", conversation_id = direct.Id, ciphertext = "hi", message_type = "text", recipient_keys = Array.Empty<object>() })
            .IsAsync("message_ack");
        var message = ack.As<MessageAck>().Message;
        foreach (var socket in (Socket[])[other, twin, bobs])
        {
            var received = await socket.ReceivesAsync("message_received", new { conversation_id = direct.Id, message = new { id = message.Id, ciphertext = "hi" } });
            Assert.Equal(message.Seq, received.Data.Number("seq"));
        }

        await one.ReceivesNoAsync(frame => frame.Type == "message_received" && frame.Data.Id("message.id") == message.Id, await SettledAsync(alice));
        await one.AsksAsync(new { type = "delete_message", message_id = message.Id }).IsAsync("ack");
        await other.ReceivesAsync("message_deleted", new { message_id = message.Id });
        await bobs.ReceivesAsync("message_deleted", new { message_id = message.Id });
    }

    [Fact, Rule("M45")]
    public async Task Expired_messages_are_gone_with_all_that_belongs_to_them()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        await alice.PatchAsync($"/conversations/{direct.Id}", new ConversationChanges(MessageTtlSeconds: 1)).IsAsync(200);
        var brief = await alice.SendsAsync("brief", direct);
        await bob.PutAsync($"/messages/{brief.Id}/reactions", new { ciphertext = "+1" }).IsAsync(200);
        Assert.Equal(brief.CreatedAt.AddSeconds(1), brief.ExpiresAt);
        await alice.PatchAsync($"/conversations/{direct.Id}", new ConversationChanges(MessageTtlSeconds: 0)).IsAsync(200);
        var lasting = await alice.SendsAsync("lasting", direct);
        Assert.Null(lasting.ExpiresAt);

        while ((await bob.GetAsync($"/messages/{brief.Id}")).Status != 404)
        {
            Assert.True(DateTimeOffset.UtcNow < brief.CreatedAt.AddMinutes(1), "It should be gone.");
        }

        var texts = (await bob.ReadsAsync(direct)).Select(message => message.Ciphertext).ToList();
        Assert.Contains("lasting", texts);
        Assert.DoesNotContain("brief", texts);
        await bob.PutAsync($"/messages/{brief.Id}/reactions", new { ciphertext = "+1" }).IsRefusedAsync(Errors.MessageNotFound);
        var events = await bob.GetAsync("/sync?limit=1000").AsAsync<Page<SocketEvent>>();
        Assert.DoesNotContain(events.Data, one => one.Data.Text("message.id") == brief.Id.ToString() || one.Data.Text("message_id") == brief.Id.ToString());
        Assert.Contains(events.Data, one => one.Data.Text("message.id") == lasting.Id.ToString());
    }
}

public sealed class ChangingMessagesOnSqlite(Servers servers) : ChangingMessagesTests(servers, Db.Sqlite);

public sealed class ChangingMessagesOnPostgres(Servers servers) : ChangingMessagesTests(servers, Db.Postgres);
