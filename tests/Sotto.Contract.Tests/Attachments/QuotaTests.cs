using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Attachments;

public abstract class QuotaTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("F20")]
    public async Task Files_and_users_have_their_limits()
    {
        var server = await OwnServerAsync(("Attachments:LargestFile", "1000"), ("Attachments:PerUser", "2500"));
        var (alice, bob) = await PeopleAsync("alice", "bob", server);
        var direct = await alice.CreatesDirectAsync(bob);
        var refused = (await alice.PostAsync("/attachments/", new NewAttachment(1001))).MustBeRefused(Errors.QuotaExceeded);
        Assert.Equal((1000, 1001), (refused.GetProperty("limit").GetInt64(), refused.GetProperty("file_size").GetInt64()));
        Assert.Equal("1000", (await Rest(server).SendAsync(HttpMethod.Options, "/attachments/", null)).Header("Tus-Max-Size"));

        // What is only begun counts too, and none is let through by coming together.
        var begun = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => alice.PostAsync("/attachments/", new NewAttachment(1000))));
        Assert.Equal(2, begun.Count(answer => answer.Status == 201));
        refused = begun.First(answer => answer.Status != 201).MustBeRefused(Errors.QuotaExceeded);
        Assert.Equal((2500, 2000), (refused.GetProperty("limit").GetInt64(), refused.GetProperty("used").GetInt64()));
        await bob.Phone.BeginsUploadAsync(1000);

        var open = begun.Where(answer => answer.Status == 201).Select(answer => answer.Json.As<AttachmentUpload>()).ToArray();
        await alice.DeleteAsync($"/attachments/{open[0].StorageId}").IsAsync(204);
        var file = await alice.Phone.UploadsAsync(new byte[1000]);
        var sent = await alice.Phone.SendsFilesAsync(direct, file);
        (await alice.PostAsync("/attachments/", new NewAttachment(501))).MustBeRefused(Errors.QuotaExceeded);
        await alice.DeleteAsync($"/messages/{sent.Id}").IsAsync(204);
        await alice.Phone.BeginsUploadAsync(501);
    }

    [Fact, Rule("F20", "L16")]
    public async Task Uploads_are_begun_at_a_bounded_rate()
    {
        var server = await OwnServerAsync(("RateLimits:UploadsPerMinute", "3"));
        var alice = await PersonAsync("alice", server);
        for (var i = 0; i < 3; i++)
        {
            await alice.Phone.BeginsUploadAsync(1);
        }

        (await alice.PostAsync("/attachments/", new NewAttachment(1))).MustBeRefused(Errors.RateLimited);
    }

    [Fact, Rule("F22")]
    public async Task Room_for_the_database_is_kept_free()
    {
        var server = await OwnServerAsync(("Attachments:KeepFree", "1125899906842624"));
        var (alice, bob) = await PeopleAsync("alice", "bob", server);
        (await alice.PostAsync("/attachments/", new NewAttachment(1))).MustBeRefused(Errors.StorageFull);
        await alice.SendsAsync("messages go on", await alice.CreatesDirectAsync(bob));
    }

    private static Rest Rest(TestServer server) => new(server);
}

public sealed class QuotasOnSqlite(Servers servers) : QuotaTests(servers, Db.Sqlite);

public sealed class QuotasOnPostgres(Servers servers) : QuotaTests(servers, Db.Postgres);

/// <summary>The disk is full.</summary>
public sealed class FullDiskUploadTests(Servers servers) : Play(servers, Db.Sqlite)
{
    [Fact, Rule("F21")]
    public async Task A_full_disk_takes_nothing_half_and_the_upload_goes_on_when_there_is_room()
    {
        var disk = await SmallDisk.MountAsync();
        Assert.SkipWhen(disk is null, "Only root may mount the small disk that this test fills.");
        Owns(disk);
        var server = await OwnServerAsync(("DataDirectory", disk.Folder), ("Attachments:KeepFree", "0"));
        var (alice, bob) = await PeopleAsync("alice", "bob", server);
        var direct = await alice.CreatesDirectAsync(bob);
        var file = AttachmentExtensions.Sealed(6_000_000);
        var upload = await alice.Phone.BeginsUploadAsync(file.Length);
        await alice.Phone.UploadsAsync(upload, 0, file.AsMemory(0, 1_000_000)).IsAsync(204);

        disk.Fill();
        (await alice.Phone.UploadsAsync(upload, 1_000_000, file.AsMemory(1_000_000))).MustBeRefused(Errors.StorageFull);
        Assert.Equal(1_000_000, await alice.Phone.OffsetAsync(upload));
        disk.Free();

        // It fills up while the bytes come.
        await alice.Phone.CutsAsync(upload, 1_000_000, 5_000_000, file.AsMemory(1_000_000, 2_000_000), abruptly: false, before: () =>
        {
            disk.Fill();
            return Task.CompletedTask;
        });
        var offset = (int)await alice.Phone.OffsetAsync(upload);
        Assert.InRange(offset, 1_000_000, 3_000_000);
        Assert.Equal(507, (await alice.Phone.UploadsAsync(upload, offset, file.AsMemory(offset))).Status);
        disk.Free();

        offset = (int)await alice.Phone.OffsetAsync(upload);
        await alice.Phone.UploadsAsync(upload, offset, file.AsMemory(offset)).IsAsync(204);
        await alice.Phone.SendsFilesAsync(direct, upload);
        (await bob.Phone.DownloadsAsync(upload)).MustBe(200).MustHold(file);
    }
}
