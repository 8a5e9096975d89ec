using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Attachments;

public abstract class DownloadTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("F41")]
    public async Task A_part_is_given_as_it_is_asked_for()
    {
        var (reader, file, upload) = await SentAsync(1000);
        foreach (var (range, from, length) in new[] { ("bytes=0-0", 0, 1), ("bytes=10-19", 10, 10), ("bytes=990-", 990, 10), ("bytes=-5", 995, 5), ("bytes=-5000", 0, 1000), ("bytes=500-99999", 500, 500) })
        {
            var part = (await reader.DownloadsAsync(upload, range)).MustBe(206);
            Assert.Equal(($"bytes {from}-{from + length - 1}/1000", $"{length}"), (part.Header("Content-Range"), part.Header("Content-Length")));
            part.MustHold(file.AsMemory(from, length));
        }

        foreach (var range in new[] { "bytes=1000-", "bytes=5000-6000", "bytes=-0" })
        {
            var refused = await reader.DownloadsAsync(upload, range);
            refused.MustBeRefused(Errors.RangeNotSatisfiable);
            Assert.Equal("bytes */1000", refused.Header("Content-Range"));
        }

        // What isn't one range of bytes is passed over, as HTTP has it.
        foreach (var range in new[] { "bytes=0-1,5-6", "lines=1-2", "bytes=9-3", "nonsense" })
        {
            (await reader.DownloadsAsync(upload, range)).MustBe(200).MustHold(file);
        }
    }

    [Fact, Rule("F41")]
    public async Task What_the_client_has_already_is_not_sent_again()
    {
        var (reader, file, upload) = await SentAsync(100);
        var etag = (await reader.DownloadsAsync(upload)).MustBe(200).Header("ETag")!;
        Assert.Empty((await reader.GetAsync($"/attachments/{upload.StorageId}", ("If-None-Match", etag)).IsAsync(304)).Bytes);
        Assert.Equal(10, (await reader.GetAsync($"/attachments/{upload.StorageId}", ("Range", "bytes=0-9"), ("If-Range", etag)).IsAsync(206)).Bytes.Length);
        Assert.Equal(file.Length, (await reader.GetAsync($"/attachments/{upload.StorageId}", ("Range", "bytes=0-9"), ("If-Range", "\"other\"")).IsAsync(200)).Bytes.Length);
    }

    [Theory, Rule("F42")]
    [InlineData("text/html", "application/octet-stream")]
    [InlineData("image/svg+xml", "application/octet-stream")]
    [InlineData("application/xhtml+xml", "application/octet-stream")]
    [InlineData("text/javascript", "application/octet-stream")]
    [InlineData("application/pdf", "application/octet-stream")]
    [InlineData("TEXT/HTML; charset=utf-8", "application/octet-stream")]
    [InlineData(null, "application/octet-stream")]
    [InlineData("image/png", "image/png")]
    [InlineData("video/mp4", "video/mp4")]
    public async Task Nothing_comes_as_what_a_browser_would_run(string? declared, string given)
    {
        var (reader, _, upload) = await SentAsync(10, declared);
        var answer = (await reader.DownloadsAsync(upload)).MustBe(200);
        Assert.Equal((given, "attachment", "nosniff"), (answer.Header("Content-Type"), answer.Header("Content-Disposition"), answer.Header("X-Content-Type-Options")));
        Assert.StartsWith("sandbox", answer.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Equal("no-store", answer.Header("Cache-Control"));
    }

    private async Task<(TestDevice Reader, byte[] File, AttachmentUpload Upload)> SentAsync(int size, string? contentType = null)
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var file = AttachmentExtensions.Sealed(size);
        var upload = await alice.Phone.UploadsAsync(file, contentType);
        await alice.Phone.SendsFilesAsync(await alice.CreatesDirectAsync(bob), upload);
        return (bob.Phone, file, upload);
    }
}

public sealed class DownloadsOnSqlite(Servers servers) : DownloadTests(servers, Db.Sqlite);

public sealed class DownloadsOnPostgres(Servers servers) : DownloadTests(servers, Db.Postgres);
