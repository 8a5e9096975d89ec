using System.Security.Cryptography;
using System.Text;
using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Attachments;

/// <summary>From the first byte to the last.</summary>
public abstract class UploadTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("F1", "F2", "F3")]
    public async Task A_file_is_uploaded_in_parts_of_any_size()
    {
        var alice = (await PersonAsync("alice")).Phone;
        var file = AttachmentExtensions.Sealed(700_001);
        var answer = (await alice.PostAsync("/attachments/", new NewAttachment(file.Length))).MustBe(201);
        var upload = answer.Json.As<AttachmentUpload>();
        Assert.Equal((upload.UploadUrl, 0L, true), (answer.Header("Location"), upload.Offset, upload.ChunkSize > 0));
        Assert.Equal($"/api/v1/attachments/{upload.StorageId}", upload.UploadUrl);
        Assert.InRange(upload.ExpiresAt, DateTimeOffset.UtcNow.AddHours(23.9), DateTimeOffset.UtcNow.AddHours(24.1));

        long offset = 0;
        foreach (var size in new[] { 0, 1, 65_536, 300_000, 334_464 })
        {
            Assert.Equal(offset, await alice.OffsetAsync(upload));
            var taken = (await alice.UploadsAsync(upload, offset, file.AsMemory((int)offset, size))).MustBe(204);
            offset += size;
            Assert.Equal(($"{offset}", "1.0.0"), (taken.Header("Upload-Offset"), taken.Header("Tus-Resumable")));
        }

        Assert.Equal(file.Length, await alice.OffsetAsync(upload));
        (await alice.UploadsAsync(upload, offset, ReadOnlyMemory<byte>.Empty)).MustBe(204);
        await alice.MustReachAsync(await PersonAsync("reader"), upload, file);
    }

    [Fact, Rule("F4", "F5")]
    public async Task A_wrong_offset_and_a_body_too_long_change_nothing()
    {
        var alice = (await PersonAsync("alice")).Phone;
        var file = AttachmentExtensions.Sealed(10_000);
        var upload = await alice.BeginsUploadAsync(file.Length);
        await alice.UploadsAsync(upload, 0, file.AsMemory(0, 4000)).IsAsync(204);
        foreach (var wrong in new[] { 0L, 3999, 4001, 10_000, 1L << 50 })
        {
            var refused = (await alice.UploadsAsync(upload, wrong, file.AsMemory(0, 10))).MustBeRefused(Errors.OffsetMismatch);
            Assert.Equal(4000, refused.GetProperty("upload_offset").GetInt64());
        }

        (await alice.UploadsAsync(upload, 4000, AttachmentExtensions.Sealed(6001))).MustBeRefused(Errors.PayloadTooLarge);
        (await alice.UploadsAsync(upload, 4000, new Endless(6001))).MustBeRefused(Errors.PayloadTooLarge);
        Assert.Equal(4000, await alice.OffsetAsync(upload));
        (await alice.UploadsAsync(upload, 4000, new Endless(file[4000..]))).MustBe(204);
        await alice.MustReachAsync(await PersonAsync("reader"), upload, file);
    }

    [Fact, Rule("F2", "H34")]
    public async Task What_no_upload_can_be_is_refused_by_name()
    {
        var alice = (await PersonAsync("alice")).Phone;
        foreach (var (body, field) in new (object, string)[]
        {
            (new { }, "file_size"), (new { FileSize = -1 }, "file_size"), (new { FileSize = 1, ContentType = "no type" }, "content_type"),
            (new { FileSize = 1, ContentType = "text/html\r\nX-Evil: 1" }, "content_type"), (new { FileSize = 1, ContentType = "a/" + new string('b', 4096) }, "content_type"),
            (new { FileSize = 1, Sha256 = "abc" }, "sha256"), (new { FileSize = 1, Sha256 = new string('g', 64) }, "sha256"),
        })
        {
            var refused = (await alice.PostAsync("/attachments/", body)).MustBeRefused(Errors.ValidationError);
            Assert.True(refused.TryGetProperty(field, out _), $"{field}: {refused}");
        }

        var upload = await alice.BeginsUploadAsync(10);
        foreach (var offset in new[] { "", "-1", "ten", "1e3", "99999999999999999999" })
        {
            (await alice.SendAsync(HttpMethod.Patch, $"~{upload.UploadUrl}", new byte[10], offset.Length == 0 ? [] : [("Upload-Offset", offset)])).MustBeRefused(Errors.ValidationError);
        }

        (await alice.SendAsync(HttpMethod.Patch, $"~{upload.UploadUrl}", new byte[10], ("Upload-Offset", "0"), ("Content-Type", "text/html"))).MustBeRefused(Errors.UnsupportedMediaType);
        Assert.Equal(0, await alice.OffsetAsync(upload));
    }

    [Fact, Rule("F11", "H35")]
    public async Task A_name_from_outside_reaches_no_path()
    {
        var alice = (await PersonAsync("alice")).Phone;
        foreach (var id in new[] { "..%2F..%2Fsotto.db", "..%5c..%5csotto.db", "x%0d%0aSet-Cookie:%20a=b", new string('n', 4096), "7" })
        {
            foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head, HttpMethod.Patch, HttpMethod.Delete })
            {
                var answer = await alice.SendAsync(method, $"/attachments/{id}", method == HttpMethod.Patch ? new byte[1] : null, ("Upload-Offset", "0"));
                Assert.True(answer.Status is 422 or 404 or 400, $"{answer.Request} answered {answer.Status}: {answer.Body}");
            }
        }

        // A tus client tells the file's name: it is read by nobody.
        var name = Convert.ToBase64String(Encoding.UTF8.GetBytes("../../evil\r\n\0.html" + new string('x', 4096)));
        var made = await alice.PostAsync("/attachments/", null, ("Tus-Resumable", "1.0.0"), ("Upload-Length", "3"), ("Upload-Metadata", $"filename {name},filetype aW1hZ2UvcG5n"));
        Assert.Matches("^/api/v1/attachments/[0-9a-f-]{36}$", made.MustBe(201).Header("Location")!);
    }

    [Fact, Rule("F7")]
    public async Task Content_must_have_the_hash_that_was_declared()
    {
        var alice = (await PersonAsync("alice")).Phone;
        var file = AttachmentExtensions.Sealed(50_000);
        var good = await alice.BeginsUploadAsync(file.Length, sha256: Convert.ToHexString(SHA256.HashData(file)));
        await alice.UploadsAsync(good, 0, file.AsMemory(0, 20_000)).IsAsync(204);
        await alice.UploadsAsync(good, 20_000, file.AsMemory(20_000)).IsAsync(204);
        await alice.MustReachAsync(await PersonAsync("reader"), good, file);

        var bad = await alice.BeginsUploadAsync(file.Length, sha256: Convert.ToHexStringLower(SHA256.HashData(file)));
        file[17] ^= 1;
        var refused = (await alice.UploadsAsync(bad, 0, file)).MustBeRefused(Errors.ValidationError);
        Assert.True(refused.TryGetProperty("sha256", out _));
        (await alice.SendAsync(HttpMethod.Head, $"~{bad.UploadUrl}", null)).MustBe(404);
        if (Db == Db.Sqlite)
        {
            await new ReadOnlyMemory<byte>(file, 0, 32).IsNowhereAsync(Path.Combine(Server.DataDirectory, "blobs", "open"));
        }
    }

    [Fact, Rule("F2")]
    public async Task An_empty_file_is_whole_at_once()
    {
        var alice = (await PersonAsync("alice")).Phone;
        var upload = await alice.BeginsUploadAsync(0);
        Assert.Equal(0, await alice.OffsetAsync(upload));
        await alice.MustReachAsync(await PersonAsync("reader"), upload, []);
    }

    [Fact, Rule("F8")]
    public async Task Tus_is_spoken_in_its_version_only()
    {
        var alice = (await PersonAsync("alice")).Phone;
        var told = (await Nobody.SendAsync(HttpMethod.Options, "/attachments/", null)).MustBe(204);
        Assert.Equal(("1.0.0", "1.0.0", "104857600"), (told.Header("Tus-Resumable"), told.Header("Tus-Version"), told.Header("Tus-Max-Size")));
        Assert.Equal("creation,expiration,termination", told.Header("Tus-Extension"));

        var answer = await alice.PostAsync("/attachments/", new NewAttachment(1), ("Tus-Resumable", "0.2.2"));
        answer.MustBeRefused(Errors.TusVersionUnsupported);
        Assert.Equal(("1.0.0", "1.0.0"), (answer.Header("Tus-Resumable"), answer.Header("Tus-Version")));
        var upload = await alice.BeginsUploadAsync(1);
        (await alice.SendAsync(HttpMethod.Head, $"~{upload.UploadUrl}", null, ("Tus-Resumable", "2.0.0"))).MustBe(412);
        (await alice.PostAsync("/attachments/", null, ("Upload-Length", "a few"))).MustBeRefused(Errors.ValidationError);
        (await alice.PostAsync("/attachments/", null, ("Upload-Length", "1"), ("Upload-Metadata", "filetype ###"))).MustBeRefused(Errors.ValidationError);
    }

    [Fact, Rule("F10")]
    public async Task What_is_given_up_is_gone()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        var file = AttachmentExtensions.Sealed(5000);
        var half = await alice.Phone.BeginsUploadAsync(file.Length);
        await alice.Phone.UploadsAsync(half, 0, file.AsMemory(0, 3000)).IsAsync(204);
        var whole = await alice.Phone.UploadsAsync(file);
        foreach (var upload in new[] { half, whole })
        {
            await alice.DeleteAsync($"/attachments/{upload.StorageId}").IsAsync(204);
            await alice.DeleteAsync($"/attachments/{upload.StorageId}").IsRefusedAsync(Errors.AttachmentNotFound);
            await alice.Phone.UploadsAsync(upload, 3000, file.AsMemory(3000)).IsRefusedAsync(Errors.AttachmentNotFound);
            (await alice.Phone.TriesToSendAsync(direct, upload)).MustBeRefused(Errors.ValidationError);
        }

        await new ReadOnlyMemory<byte>(file, 0, 32).IsNowhereAsync(Server.DataDirectory);
        var sent = await alice.Phone.UploadsAsync(file);
        await alice.Phone.SendsFilesAsync(direct, sent);
        await alice.DeleteAsync($"/attachments/{sent.StorageId}").IsRefusedAsync(Errors.AttachmentInUse);
        (await bob.Phone.DownloadsAsync(sent)).MustBe(200);
    }

    /// <summary>A body that doesn't say how long it is.</summary>
    private sealed class Endless(byte[] bytes) : HttpContent
    {
        public Endless(int size)
            : this(AttachmentExtensions.Sealed(size))
        {
        }

        protected override Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context) => stream.WriteAsync(bytes).AsTask();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}

public sealed class UploadsOnSqlite(Servers servers) : UploadTests(servers, Db.Sqlite);

public sealed class UploadsOnPostgres(Servers servers) : UploadTests(servers, Db.Postgres);
