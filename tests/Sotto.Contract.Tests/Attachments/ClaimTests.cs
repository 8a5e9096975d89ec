using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Attachments;

/// <summary>What a message makes of a file, and what becomes of it with the message.</summary>
public abstract class ClaimTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("F30")]
    public async Task A_message_names_what_its_sender_has_uploaded_whole_and_nothing_else()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        var (mine, other, bobs) = (
            await alice.Phone.UploadsAsync(AttachmentExtensions.Sealed(10)), await alice.Phone.UploadsAsync(AttachmentExtensions.Sealed(11)), await bob.Phone.UploadsAsync(AttachmentExtensions.Sealed(12)));
        var half = await alice.Phone.BeginsUploadAsync(10);
        await alice.Phone.UploadsAsync(half, 0, new byte[9]).IsAsync(204);
        foreach (var wrong in new[] { bobs.StorageId, half.StorageId, Guid.CreateVersion7().ToString(), "storage_uuid", "../../sotto.db", "a\r\nb\0" })
        {
            var refused = (await alice.Phone.TriesToSendAsync(direct, mine.StorageId, wrong)).MustBeRefused(Errors.ValidationError);
            Assert.True(refused.TryGetProperty("attachments[1].storage_id", out _), $"{wrong}: {refused}");
            Assert.False(refused.TryGetProperty("attachments[0].storage_id", out _), $"{wrong}: {refused}");
        }

        // Nothing was claimed, and the log has no gap.
        await bob.GetAsync($"/attachments/{mine.StorageId}").IsRefusedAsync(Errors.PermissionDenied);
        var sent = await alice.Phone.SendsFilesAsync(direct, mine, other, mine);
        Assert.Equal(direct.LastSeq + 1, sent.Seq);
        Assert.Equal([mine.StorageId, other.StorageId, mine.StorageId], sent.Attachments.Select(one => one.StorageId));
        (await bob.Phone.DownloadsAsync(mine)).MustBe(200);
        (await bob.Phone.DownloadsAsync(other)).MustBe(200);
    }

    [Fact, Rule("F30", "M3")]
    public async Task A_repeated_message_claims_once()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        var file = await alice.Phone.UploadsAsync(AttachmentExtensions.Sealed(10));
        object body = new
        {
            ConversationId = direct.Id, Ciphertext = "sealed", MessageType = "document", ClientMessageId = Guid.CreateVersion7(),
            Attachments = new[] { new { FileName = "file", FileSize = 1, ContentType = "a/b", file.StorageId } },
        };
        var first = await alice.PostAsync("/messages/", body).AsAsync<Message>(201);
        Assert.Equal(first.Id, (await alice.PostAsync("/messages/", body).AsAsync<Message>(201)).Id);
        await alice.DeleteAsync($"/messages/{first.Id}").IsAsync(204);
        await bob.GetAsync($"/attachments/{file.StorageId}").IsRefusedAsync(Errors.AttachmentNotFound);
    }

    [Fact, Rule("F31", "F33", "F40")]
    public async Task A_file_lives_as_long_as_a_message_that_names_it()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var (withBob, withCarol) = (await alice.CreatesDirectAsync(bob), await alice.CreatesDirectAsync(carol));
        var bytes = AttachmentExtensions.Sealed(300_000);
        var file = await alice.Phone.UploadsAsync(bytes);
        var (first, second) = (await alice.Phone.SendsFilesAsync(withBob, file), await alice.Phone.SendsFilesAsync(withCarol, file));

        await alice.DeleteAsync($"/messages/{first.Id}").IsAsync(204);
        await bob.GetAsync($"/attachments/{file.StorageId}").IsRefusedAsync(Errors.NotAMember);
        (await carol.Phone.DownloadsAsync(file)).MustBe(200);

        await alice.DeleteAsync($"/messages/{second.Id}").IsAsync(204);
        foreach (var one in new[] { alice, bob, carol })
        {
            await one.GetAsync($"/attachments/{file.StorageId}").IsRefusedAsync(Errors.AttachmentNotFound);
        }

        (await alice.Phone.TriesToSendAsync(withBob, file)).MustBeRefused(Errors.ValidationError);
        await new ReadOnlyMemory<byte>(bytes, 1000, 32).IsNowhereAsync(Server.DataDirectory);
    }

    [Fact, Rule("F33")]
    public async Task An_edited_message_keeps_its_files()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        var file = await alice.Phone.UploadsAsync(AttachmentExtensions.Sealed(10));
        var sent = await alice.Phone.SendsFilesAsync(direct, file);
        await alice.PatchAsync($"/messages/{sent.Id}", new { Ciphertext = "better" }).IsAsync(200);
        (await bob.Phone.DownloadsAsync(file)).MustBe(200);
    }

    [Fact, Rule("F33")]
    public async Task It_goes_with_an_expired_message()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        await alice.PatchAsync($"/conversations/{direct.Id}", new ConversationChanges(MessageTtlSeconds: 1)).IsAsync(200);
        var bytes = AttachmentExtensions.Sealed(100_000);
        var file = await alice.Phone.UploadsAsync(bytes);
        await alice.Phone.SendsFilesAsync(direct, file);
        await Patience.UntilAsync(async () => (await bob.Phone.DownloadsAsync(file)).Status == 404, "An expired message's file is still given.");
        await new ReadOnlyMemory<byte>(bytes, 0, 32).IsNowhereAsync(Server.DataDirectory);
    }

    [Fact, Rule("F33")]
    public async Task It_goes_with_its_conversation()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var group = await alice.CreatesGroupAsync(bob, carol);
        var bytes = AttachmentExtensions.Sealed(100_000);
        var file = await bob.Phone.UploadsAsync(bytes);
        await bob.Phone.SendsFilesAsync(group, file);
        (await carol.Phone.DownloadsAsync(file)).MustBe(200);
        Assert.Equal(200, (await alice.DeleteAsync($"/conversations/{group.Id}")).Status / 100 * 100);
        Assert.True((await carol.Phone.DownloadsAsync(file)).Status is 403 or 404);
        await new ReadOnlyMemory<byte>(bytes, 0, 32).IsNowhereAsync(Server.DataDirectory);
        await bob.GetAsync($"/attachments/{file.StorageId}").IsRefusedAsync(Errors.AttachmentNotFound);
    }

    [Fact, Rule("F33", "A60", "A61")]
    public async Task It_goes_with_its_author_and_stands_in_the_export()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        var (sent, kept) = (AttachmentExtensions.Sealed(100_000), AttachmentExtensions.Sealed(100_000));
        var (file, unsent) = (await alice.Phone.UploadsAsync(sent, "image/png"), await alice.Phone.UploadsAsync(kept));
        await alice.Phone.SendsFilesAsync(direct, file);

        var export = await alice.GetAsync("/users/me/export").AsAsync<UserExport>();
        Assert.Equal([file.StorageId, unsent.StorageId], export.Attachments!.Select(one => one.StorageId));
        Assert.Equal((100_000, "image/png"), (export.Attachments![0].FileSize, export.Attachments[0].ContentType));

        await alice.DeleteAsync("/users/me").IsAsync(204);
        await bob.GetAsync($"/attachments/{file.StorageId}").IsRefusedAsync(Errors.AttachmentNotFound);
        await new ReadOnlyMemory<byte>(sent, 0, 32).IsNowhereAsync(Server.DataDirectory);
        await new ReadOnlyMemory<byte>(kept, 0, 32).IsNowhereAsync(Server.DataDirectory);
    }

    [Fact, Rule("F32")]
    public async Task What_no_message_names_in_time_is_erased()
    {
        var server = await OwnServerAsync(("Attachments:UnclaimedLife", "00:00:03"));
        var (alice, bob) = await PeopleAsync("alice", "bob", server);
        var direct = await alice.CreatesDirectAsync(bob);
        var (first, second) = (AttachmentExtensions.Sealed(50_000), AttachmentExtensions.Sealed(50_000));
        var claimed = await alice.Phone.UploadsAsync(first);
        await alice.Phone.SendsFilesAsync(direct, claimed);
        var whole = await alice.Phone.UploadsAsync(second);
        Assert.True(await new ReadOnlyMemory<byte>(second, 0, 32).IsSomewhereAsync(server.DataDirectory));
        await new ReadOnlyMemory<byte>(second, 0, 32).IsNowhereAsync(server.DataDirectory);
        (await alice.Phone.TriesToSendAsync(direct, whole)).MustBeRefused(Errors.ValidationError);
        (await alice.Phone.SendAsync(HttpMethod.Head, $"~{whole.UploadUrl}", null)).MustBe(404);
        (await bob.Phone.DownloadsAsync(claimed)).MustBe(200).MustHold(first);
    }

    [Fact, Rule("F33", "F30")]
    public async Task A_file_is_never_lost_by_being_sent_and_deleted_at_once()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        for (var i = 0; i < 20; i++)
        {
            var file = await alice.Phone.UploadsAsync(AttachmentExtensions.Sealed(100));
            var first = await alice.Phone.SendsFilesAsync(direct, file);
            var (deleted, again) = (alice.DeleteAsync($"/messages/{first.Id}"), alice.Phone.TriesToSendAsync(direct, file));
            await Task.WhenAll(deleted, again);

            // Either it was still there and stays, or it was gone and the message isn't sent.
            var isThere = (await again).Status == 201;
            Assert.Equal(isThere ? 200 : 404, (await bob.Phone.DownloadsAsync(file)).Status);
        }
    }
}

public sealed class ClaimsOnSqlite(Servers servers) : ClaimTests(servers, Db.Sqlite);

public sealed class ClaimsOnPostgres(Servers servers) : ClaimTests(servers, Db.Postgres);
