using System.Security.Cryptography;
using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Devices;

/// <summary>Backup blobs.</summary>
public abstract class BackupTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("D50")]
    public async Task A_blob_comes_back_byte_for_byte()
    {
        var alice = await PersonAsync("alice");
        var bytes = RandomNumberGenerator.GetBytes(70_000);
        var stored = await alice.PutAsync("/backup/vault", bytes).IsAsync(200);
        var read = await alice.GetAsync("/backup/vault").IsAsync(200);

        Assert.Equal(bytes, read.Bytes);
        Assert.Equal("application/octet-stream", read.Header("Content-Type"));
        Assert.Equal(stored.Header("ETag"), read.Header("ETag"));
        Assert.Equal(("vault", 1L, 70_000L), (stored.Json.Text("name"), stored.Json.Number("version"), stored.Json.Number("size")));
        await alice.PutAsync("/backup/empty", Array.Empty<byte>()).IsAsync(200);
        Assert.Empty((await alice.GetAsync("/backup/empty").IsAsync(200)).Bytes);
        Assert.Equal(["empty", "vault"], (await alice.GetAsync("/backup/").AsAsync<Page<BackupInfo>>()).Data.Select(blob => blob.Name));
    }

    [Fact, Rule("D51")]
    public async Task Of_two_who_change_the_same_version_one_wins()
    {
        var alice = await PersonAsync("alice");
        var first = (await alice.PutAsync("/backup/vault", new byte[] { 1 }, ("If-None-Match", "*")).IsAsync(200)).Header("ETag")!;
        await alice.PutAsync("/backup/vault", new byte[] { 2 }, ("If-None-Match", "*")).IsRefusedAsync(Errors.VersionConflict);

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => alice.PutAsync("/backup/vault", new byte[] { (byte)i, 9 }, ("If-Match", first))));
        var won = Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer != won), answer => answer.MustBeRefused(Errors.VersionConflict));

        Assert.Equal(won.Header("ETag"), (await alice.GetAsync("/backup/vault")).Header("ETag"));
        await alice.Phone.SendAsync(HttpMethod.Get, "/backup/vault", null, ("If-None-Match", won.Header("ETag")!)).IsAsync(304);
        await alice.PutAsync("/backup/other", new byte[] { 1 }, ("If-Match", first)).IsRefusedAsync(Errors.VersionConflict);
    }

    [Fact, Rule("D51")]
    public async Task A_blob_made_anew_is_not_taken_for_the_old_one()
    {
        var alice = await PersonAsync("alice");
        var first = (await alice.PutAsync("/backup/vault", new byte[] { 1 }).IsAsync(200)).Header("ETag")!;
        await alice.DeleteAsync("/backup/vault").IsAsync(204);
        await alice.PutAsync("/backup/vault", new byte[] { 2 }).IsAsync(200);
        await alice.PutAsync("/backup/vault", new byte[] { 3 }, ("If-Match", first)).IsRefusedAsync(Errors.VersionConflict);
    }

    [Fact, Rule("D52")]
    public async Task All_blobs_together_have_a_limit()
    {
        const int All = 16 * 1024 * 1024;
        var alice = await PersonAsync("alice");
        await alice.PutAsync("/backup/one", new byte[All - 10]).IsAsync(200);
        var extra = await alice.PutAsync("/backup/two", new byte[11]).IsRefusedAsync(Errors.QuotaExceeded);
        Assert.Equal(All, extra.Number("limit"));
        await alice.PutAsync("/backup/two", new byte[10]).IsAsync(200);
        await alice.PutAsync("/backup/one", new byte[All + 1]).IsRefusedAsync(Errors.PayloadTooLarge);
        await alice.PutAsync("/backup/one", new byte[10]).IsAsync(200);
        await alice.PutAsync("/backup/two", new byte[11]).IsAsync(200);
    }

    [Fact, Rule("D53")]
    public async Task Blobs_are_their_owners_alone()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        await alice.PutAsync("/backup/vault", new byte[] { 1 }).IsAsync(200);

        await bob.GetAsync("/backup/vault").IsRefusedAsync(Errors.BackupNotFound);
        await bob.DeleteAsync("/backup/vault").IsRefusedAsync(Errors.BackupNotFound);
        await bob.PutAsync("/backup/vault", new byte[] { 2 }).IsAsync(200);
        Assert.Equal([1], (await alice.GetAsync("/backup/vault").IsAsync(200)).Bytes);
        foreach (var name in new[] { "Vault", "a_b", "a.b", new string('a', 65) })
        {
            await alice.PutAsync($"/backup/{name}", new byte[] { 1 }).IsRefusedAsync(Errors.ValidationError);
        }
    }
}

public sealed class BackupOnSqlite(Servers servers) : BackupTests(servers, Db.Sqlite);

public sealed class BackupOnPostgres(Servers servers) : BackupTests(servers, Db.Postgres);
