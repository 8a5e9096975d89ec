using System.Net;
using Sotto.Contract.Tests.Stage;

namespace Sotto.Contract.Tests.Attachments;

/// <summary>What goes through the server doesn't stay in it.</summary>
public sealed class UploadMemoryTests(Servers servers) : Play(servers, Db.Sqlite)
{
    private const long Gigabyte = 1L << 30;
    private const long Allowed = 64L << 20;

    [Fact, Rule("F12")]
    public async Task A_gigabyte_and_two_hundred_files_at_once_need_no_memory_of_their_own()
    {
        var server = await OwnServerAsync(("Attachments:LargestFile", $"{Gigabyte}"));
        var (alice, bob) = await PeopleAsync("alice", "bob", server);
        var direct = await alice.CreatesDirectAsync(bob);
        await UploadAsync(alice.Phone, 64 << 20);
        var before = server.MostResidentBytes;

        var upload = await UploadAsync(alice.Phone, Gigabyte);
        await alice.Phone.SendsFilesAsync(direct, upload);
        Assert.Equal(Gigabyte, await ReadAsync(server, bob.Phone.AccessToken!, upload.UploadUrl));
        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => UploadAsync(alice.Phone, 3_000_000)));

        var grown = server.MostResidentBytes - before;
        Assert.True(grown <= Allowed, $"The server grew by {grown >> 20} MB.");
    }

    private static async Task<Contracts.AttachmentUpload> UploadAsync(TestDevice device, long size)
    {
        var upload = await device.BeginsUploadAsync(size);
        (await device.UploadsAsync(upload, 0, new Zeros(size))).MustBe(204);
        return upload;
    }

    private static async Task<long> ReadAsync(TestServer server, string token, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address, path));
        request.Headers.Authorization = new("Bearer", token);
        using var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var content = await response.Content.ReadAsStreamAsync();
        var (buffer, sum) = (new byte[1 << 20], 0L);
        for (int read; (read = await content.ReadAsync(buffer)) > 0; sum += read)
        {
        }

        return sum;
    }

    /// <summary>A body that isn't in the test's memory either.</summary>
    private sealed class Zeros(long size) : HttpContent
    {
        private static readonly byte[] Block = new byte[1 << 18];

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (var left = size; left > 0; left -= Block.Length)
            {
                await stream.WriteAsync(Block.AsMemory(0, (int)Math.Min(left, Block.Length)));
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = size;
            return true;
        }
    }
}
