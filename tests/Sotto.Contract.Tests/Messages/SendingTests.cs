using Sotto.Contract.Tests.Attachments;
using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Messages;

public abstract class SendingTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("M1", "M4", "M5", "H8")]
    public async Task A_sent_message_is_answered_whole_and_read_back_as_it_was_sent()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        var storageId = (await alice.Phone.UploadsAsync(new byte[12])).StorageId;
        var sent = await alice.PostAsync("/messages/", new
        {
            ConversationId = direct.Id,
            Ciphertext = "sealed \u00e9\ud83d\udcac \"quoted\" \\ \u2028",
            CiphertextNonce = "bm9uY2U=",
            EncryptionAlgo = "xchacha20-poly1305",
            MessageType = "document",
            PreviewTextHash = "abc123",
            RecipientKeys = new[] { TestDevice.Wrap(bob.Id, bob.Phone.Id) },
            Attachments = new[] { new { FileName = "a.pdf", FileSize = 12, ContentType = "application/pdf", StorageId = storageId } },
        }).AsAsync<Message>(201);

        Assert.Equal((direct.Id, alice.Id, alice.Phone.Id), (sent.ConversationId, sent.SenderId, sent.SenderDeviceId));
        Assert.Equal(("sealed \u00e9\ud83d\udcac \"quoted\" \\ \u2028", "bm9uY2U=", "xchacha20-poly1305"), (sent.Ciphertext, sent.CiphertextNonce, sent.EncryptionAlgo));
        Assert.Equal((MessageType.Document, "abc123", false, false), (sent.MessageType, sent.PreviewTextHash, sent.IsEdited, sent.IsDeleted));
        Assert.Equal((direct.LastSeq + 1, sent.CreatedAt), (sent.Seq, sent.UpdatedAt));
        var attachment = Assert.Single(sent.Attachments);
        Assert.Equal(("a.pdf", 12L, "application/pdf", storageId), (attachment.FileName, attachment.FileSize, attachment.ContentType, attachment.StorageId));
        Assert.NotNull(attachment.Id);
        Assert.Equal((bob.Id, MessageStatusType.Sent), (Assert.Single(sent.Statuses).UserId, sent.Statuses[0].Status));

        var read = await bob.GetAsync($"/messages/{sent.Id}").AsAsync<Message>();
        Assert.Equal((sent.Id, sent.Ciphertext, sent.Seq), (read.Id, read.Ciphertext, read.Seq));
        Assert.Equal(sent.EncryptedKeys, read.EncryptedKeys);

        var bare = await alice.SendsAsync("bare", direct);
        Assert.Equal(("aes-256-gcm", "", sent.Seq + 1), (bare.EncryptionAlgo, bare.CiphertextNonce, bare.Seq));
    }

    [Fact, Rule("M6", "M9", "L2")]
    public async Task What_may_not_be_sent_is_refused_with_every_reason()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        await alice.PostAsync("/messages/", new { ConversationId = direct.Id, Ciphertext = "x", MessageType = "system" }).IsRefusedAsync(Errors.SystemTypeReserved);

        var none = await alice.PostAsync("/messages/", "{}").IsRefusedAsync(Errors.ValidationError);
        Assert.True(none.Text("conversation_id") is not null && none.Text("ciphertext") is not null && none.Text("message_type") is not null, none.ToString());
        await alice.PostAsync("/messages/", new { ConversationId = direct.Id, Ciphertext = "x", MessageType = "sticker" }).IsRefusedAsync(Errors.ValidationError);

        var most = new string('x', Sizes.Ciphertext);
        await alice.SendsAsync(most, direct);
        var over = await alice.PostAsync("/messages/", new { ConversationId = direct.Id, Ciphertext = most + "x", MessageType = "text" });
        Assert.True(over.Status is 413 or 422, over.Body);
        Assert.Contains("262144", over.Json.Text("extra_info.ciphertext"), StringComparison.Ordinal);

        var keys = Enumerable.Range(0, Sizes.RecipientKeys + 1).Select(_ => TestDevice.Wrap(bob.Id, Guid.CreateVersion7())).ToArray();
        var tooMany = await alice.PostAsync("/messages/", new { ConversationId = direct.Id, Ciphertext = "x", MessageType = "text", RecipientKeys = keys });
        Assert.True(tooMany.Status is 413 or 422, tooMany.Body);
        Assert.Contains("1000", tooMany.Json.Text("extra_info.recipient_keys"), StringComparison.Ordinal);
        await alice.PostAsync("/messages/", new { ConversationId = direct.Id, Ciphertext = "x", MessageType = "text", RecipientKeys = keys[1..] }).IsAsync(201);
        Assert.Equal(direct.LastSeq + 2, (await alice.SeesAsync(direct)).LastSeq);
    }

    [Fact, Rule("M8")]
    public async Task A_reply_names_a_message_of_the_same_conversation_that_one_may_see()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var channel = await alice.CreatesChannelAsync(bob);
        var other = await alice.CreatesDirectAsync(bob);
        var first = await alice.SendsAsync("first", channel);
        var elsewhere = await alice.SendsAsync("elsewhere", other);

        var reply = await alice.PostAsync("/messages/", Reply(channel, first.Id)).AsAsync<Message>(201);
        Assert.Equal(first.Id, reply.ReplyToId);
        await alice.PostAsync("/messages/", Reply(channel, elsewhere.Id)).IsRefusedAsync(Errors.ValidationError);
        var extra = await alice.PostAsync("/messages/", Reply(channel, Guid.CreateVersion7())).IsRefusedAsync(Errors.ValidationError);
        Assert.NotNull(extra.Text("reply_to_id"));

        await alice.AddsAsync(carol, channel, MemberRole.Moderator);
        await carol.PostAsync("/messages/", Reply(channel, first.Id)).IsRefusedAsync(Errors.ValidationError);
    }

    [Fact, Rule("M2", "W26")]
    public async Task Everything_in_a_timeline_gets_the_next_seq()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var group = await alice.CreatesGroupAsync(bob, carol);
        var socket = await alice.ConnectsAsync();
        var message = (await socket.AsksAsync(new { type = "send_message", conversation_id = group.Id, ciphertext = "1", message_type = "text" }).IsAsync("message_ack"))
            .As<MessageAck>().Message;
        var seqs = new List<long> { message.Seq };
        foreach (var frame in new object[]
        {
            new { type = "edit_message", message_id = message.Id, ciphertext = "2" },
            new { type = "react", message_id = message.Id, ciphertext = "+1" },
            new { type = "react", message_id = message.Id },
            new { type = "delete_message", message_id = message.Id },
        })
        {
            seqs.Add((await socket.AsksAsync(frame).IsAsync("ack")).As<Ack>().Seq ?? 0);
        }

        await alice.RemovesAsync(carol, group);
        var last = await alice.SendsAsync("last", group);
        Assert.Equal(Enumerable.Range(0, 4).Select(i => message.Seq + i), seqs.Take(4));
        Assert.Equal(message.Seq + 6, last.Seq);
    }

    [Fact, Rule("M72", "M60", "M53")]
    public async Task A_device_that_never_acknowledges_is_reached_by_writing_to_its_socket()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        var first = await alice.SendsAsync("first", direct);
        Assert.Equal(MessageStatusType.Sent, (await StatusesAsync(alice, first)).Single().Status);

        var watcher = await alice.ConnectsAsync();
        var socket = await bob.ConnectsAsync();
        await socket.ReceivesAsync("message_received", new { message = new { id = first.Id } });
        await watcher.ReceivesAsync("message_status_update", new { message_id = first.Id, status = "delivered", user_id = bob.Id });
        Assert.Equal(MessageStatusType.Delivered, (await StatusesAsync(alice, first)).Single().Status);

        // The first acknowledgement is a promise to go on with it: from now on only that counts.
        await socket.SendAsync(new { type = "ack", conversation_id = direct.Id, seq = first.Seq });
        await socket.AsksAsync(new { type = "ping" }).IsAsync("pong");
        var second = await alice.SendsAsync("second", direct);
        await socket.ReceivesAsync("message_received", new { message = new { id = second.Id } });
        Assert.Equal(MessageStatusType.Sent, (await StatusesAsync(alice, second)).Single().Status);
        await socket.SendAsync(new { type = "ack", conversation_id = direct.Id, seq = second.Seq });
        await watcher.ReceivesAsync("message_status_update", new { message_id = second.Id, status = "delivered" });
    }

    [Fact, Rule("M72")]
    public async Task A_device_that_publishes_keys_is_no_longer_reached_by_writing_alone()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        var socket = await bob.ConnectsAsync();
        await bob.Phone.PublishesKeysAsync();
        var sent = await alice.SendsAsync("sealed for nobody yet", direct);
        await socket.ReceivesAsync("message_received", new { message = new { id = sent.Id } });
        await socket.AsksAsync(new { type = "ping" }).IsAsync("pong");
        Assert.DoesNotContain(await StatusesAsync(alice, sent), status => status.Status == MessageStatusType.Delivered);
    }

    private static async Task<IReadOnlyList<MessageStatus>> StatusesAsync(Person person, Message message) =>
        (await person.GetAsync($"/messages/{message.Id}").AsAsync<Message>()).Statuses;

    private static object Reply(Conversation to, Guid message) => new { ConversationId = to.Id, Ciphertext = "re", MessageType = "text", ReplyToId = message };
}

public sealed class SendingOnSqlite(Servers servers) : SendingTests(servers, Db.Sqlite);

public sealed class SendingOnPostgres(Servers servers) : SendingTests(servers, Db.Postgres);
