using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Attachments;

/// <summary>Uploads that don't go through in one go.</summary>
public abstract class BrokenUploadTests(Servers servers, Db db) : Play(servers, db)
{
    private const int Seeds = 12;

    [Fact, Rule("F3", "F4", "F5", "F6")]
    public async Task However_it_is_cut_it_ends_as_the_file_it_was()
    {
        var alice = (await PersonAsync("alice")).Phone;
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var random = new Random(seed);
            var file = AttachmentExtensions.Sealed(random.Next(1, 400_000));
            var upload = await alice.BeginsUploadAsync(file.Length);
            var offset = 0;
            for (var step = 0; offset < file.Length && step < 30; step++)
            {
                offset = await StepAsync(alice, upload, file, offset, random);
            }

            await alice.FinishesAsync(upload, file);
            await alice.MustReachAsync(await PersonAsync("reader"), upload, file);
        }
    }

    [Fact, Rule("F6", "F3")]
    public async Task Who_comes_back_takes_over_from_a_connection_that_is_dead()
    {
        var alice = (await PersonAsync("alice")).Phone;
        var file = AttachmentExtensions.Sealed(1_000_000);
        var upload = await alice.BeginsUploadAsync(file.Length);
        await alice.CutsAsync(upload, 0, file.Length, file.AsMemory(0, 400_000), abruptly: true, before: async () =>
        {
            // The first request still waits for its rest, and will for ever.
            await alice.FinishesAsync(upload, file);
        });
        await alice.MustReachAsync(await PersonAsync("reader"), upload, file);
    }

    [Fact, Rule("F6")]
    public async Task Of_many_who_write_at_once_each_stretch_has_one_author()
    {
        const int Size = 600_000;
        var alice = (await PersonAsync("alice")).Phone;
        var upload = await alice.BeginsUploadAsync(Size);
        var stretches = new List<(long From, long To, byte By)>();
        for (long at = 0; at < Size; at = await alice.OffsetAsync(upload))
        {
            await Task.WhenAll(Enumerable.Range(1, 6).Select(async writer =>
            {
                var bytes = new byte[Math.Min(100_000 + (writer * 1000), Size - at)];
                Array.Fill(bytes, (byte)writer);
                var answer = await alice.UploadsAsync(upload, at, bytes);
                Assert.True(answer.Status is 204 or 409, $"{answer.Status}: {answer.Body}");
                if (answer.Status == 204)
                {
                    lock (stretches)
                    {
                        stretches.Add((at, at + bytes.Length, (byte)writer));
                    }
                }
            }));
        }

        var reader = await PersonAsync("reader");
        await alice.SendsFilesAsync(await alice.Owner.CreatesDirectAsync(reader), upload);
        var got = (await reader.Phone.DownloadsAsync(upload)).MustBe(200).Bytes;
        Assert.NotEmpty(stretches);
        foreach (var (from, to, by) in stretches)
        {
            Assert.True(got.AsSpan((int)from, (int)(to - from)).IndexOfAnyExcept(by) < 0, $"{from} to {to} isn't all of writer {by}.");
        }
    }

    [Fact, Rule("F3", "F50")]
    public async Task A_killed_server_goes_on_where_it_was()
    {
        const int OneSync = 16 * 1024 * 1024;
        var server = await OwnServerAsync();
        var (alice, bob) = await PeopleAsync("alice", "bob", server);
        var direct = await alice.CreatesDirectAsync(bob);
        var file = AttachmentExtensions.Sealed(48_000_000);
        var upload = await alice.Phone.BeginsUploadAsync(file.Length);
        await alice.Phone.CutsAsync(upload, 0, file.Length, file.AsMemory(0, 40_000_000), abruptly: true, before: server.KillAsync);
        await server.StartAsync();

        var offset = (int)await alice.Phone.OffsetAsync(upload);
        Assert.InRange(offset, OneSync, 40_000_000);
        await alice.Phone.CutsAsync(upload, offset, file.Length - offset, file.AsMemory(offset, 3_000_000), abruptly: false);
        await alice.Phone.FinishesAsync(upload, file);
        await alice.Phone.SendsFilesAsync(direct, upload);

        await server.KillAsync();
        await server.StartAsync();
        (await bob.Phone.DownloadsAsync(upload)).MustBe(200).MustHold(file);
    }

    /// <summary>One thing that may happen to an upload.</summary>
    /// <returns>How far it is.</returns>
    private static async Task<int> StepAsync(TestDevice alice, AttachmentUpload upload, byte[] file, int offset, Random random)
    {
        var left = file.Length - offset;
        var sent = random.Next(0, left + 1);
        var allowed = sent;
        switch (random.Next(5))
        {
            case 0:
                await alice.UploadsAsync(upload, offset, file.AsMemory(offset, sent)).IsAsync(204);
                break;
            case 1:
                await alice.UploadsAsync(upload, offset + random.Next(1, 1000), file.AsMemory(offset, sent)).IsRefusedAsync(Errors.OffsetMismatch);
                allowed = 0;
                break;
            case 2:
                await alice.UploadsAsync(upload, offset, new byte[left + 1]).IsRefusedAsync(Errors.PayloadTooLarge);
                allowed = 0;
                break;
            default:
                await alice.CutsAsync(upload, offset, left, file.AsMemory(offset, sent), abruptly: false);
                break;
        }

        var now = (int)await alice.OffsetAsync(upload);
        Assert.InRange(now, offset, offset + allowed);
        return now;
    }
}

public sealed class BrokenUploadsOnSqlite(Servers servers) : BrokenUploadTests(servers, Db.Sqlite);

public sealed class BrokenUploadsOnPostgres(Servers servers) : BrokenUploadTests(servers, Db.Postgres);
