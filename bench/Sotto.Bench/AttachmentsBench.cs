using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Sotto.Contracts;

namespace Sotto.Bench;

/// <summary>A gigabyte up and down, beside a bare server that copies it to a file; and what memory that takes.</summary>
internal static class AttachmentsBench
{
    private const long Gigabyte = 1L << 30;
    private const int Rounds = 5;
    private const int AtOnce = 200;
    private const int Small = 10_000_000;

    public static async Task RunAsync(string? database)
    {
        await using var sotto = await ServerProcess.StartAsync(
            database, ("Sotto__Attachments__LargestFile", $"{Gigabyte}"), ("Sotto__Attachments__PerUser", $"{100 * Gigabyte}"));
        await using var bare = await ServerProcess.StartBareAsync(BareDisk.Verb);
        var session = await RegisterAsync(sotto);
        var other = await RegisterAsync(sotto, "reader");
        sotto.Http.DefaultRequestHeaders.Authorization = new("Bearer", session.AccessToken);
        var conversation = await PostAsync<Conversation>(sotto, "conversations/", new NewConversation(ConversationType.Direct, Participants: [other.User.Id]));

        foreach (var (name, chunk) in new[] { ("one request", Gigabyte), ("chunks of 8 MiB", 8L << 20) })
        {
            var ratios = new List<double>();
            var (ours, theirs) = (new List<double>(), new List<double>());
            for (var round = 0; round <= Rounds; round++)
            {
                var file = $"file-{round}";
                var clock = Stopwatch.StartNew();
                await SendAsync(bare, "/" + file, Gigabyte, chunk);
                var bareTime = clock.Elapsed;
                await bare.Http.DeleteAsync(new Uri("/" + file, UriKind.Relative));
                clock.Restart();
                var upload = await UploadAsync(sotto, Gigabyte, chunk);
                var time = clock.Elapsed;
                await sotto.Http.DeleteAsync(new Uri(upload.UploadUrl, UriKind.Relative));
                if (round > 0)
                {
                    // The first one warms both up.
                    ratios.Add(bareTime / time);
                    ours.Add(Gigabyte / time.TotalSeconds / 1e6);
                    theirs.Add(Gigabyte / bareTime.TotalSeconds / 1e6);
                }
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"attachments up, {name}: median {Median(ratios):0.00} of a bare copy (rounds {ratios.Min():0.00} to {ratios.Max():0.00}; goal 0.7); {Median(ours):0} and {Median(theirs):0} MB/s"));
        }

        var cpu = sotto.Cpu;
        var whole = await UploadAsync(sotto, Gigabyte, Gigabyte);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"attachments up: {(sotto.Cpu - cpu).TotalSeconds:0.00} s of server CPU for 1 GiB"));
        var named = new MessageAttachment(null, "f", 1, "a/b", whole.StorageId);
        await PostAsync<Message>(sotto, "messages/", new NewMessage(conversation.Id, "sealed", MessageType.Document, Attachments: [named]));
        var down = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var clock = Stopwatch.StartNew();
            await ReadAsync(sotto, whole.UploadUrl);
            down.Add(Gigabyte / clock.Elapsed.TotalSeconds / 1e6);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"attachments down: {Median(down):0} MB/s"));
        await MemoryAsync(database);
    }

    /// <summary>In a fresh process: what the most memory is above that of a small upload.</summary>
    private static async Task MemoryAsync(string? database)
    {
        await using var sotto = await ServerProcess.StartAsync(
            database, ("Sotto__Attachments__LargestFile", $"{Gigabyte}"), ("Sotto__Attachments__PerUser", $"{100 * Gigabyte}"));
        sotto.Http.DefaultRequestHeaders.Authorization = new("Bearer", (await RegisterAsync(sotto)).AccessToken);
        await UploadAsync(sotto, 64 << 20, 64 << 20);
        var before = sotto.MostResident;
        await UploadAsync(sotto, Gigabyte, Gigabyte);
        var one = sotto.MostResident - before;
        using var many = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = AtOnce }) { BaseAddress = sotto.Address };
        many.DefaultRequestHeaders.Authorization = sotto.Http.DefaultRequestHeaders.Authorization;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => UploadAsync(sotto, Small, Small, many)));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"attachments memory: {one / 1e6:0} MB more by 1 GiB, {(sotto.MostResident - before) / 1e6:0} MB more by {AtOnce} uploads of {Small / 1e6:0} MB at once (goal 64), which took {clock.Elapsed.TotalSeconds:0.0} s"));
    }

    private static async Task<SignedIn> RegisterAsync(ServerProcess server, string name = "bench")
    {
        using var answer = await server.Http.PostAsJsonAsync(
            new Uri("/api/v1/auth/register", UriKind.Relative), new Registration($"{name}-{Guid.NewGuid().ToString("N")[..12]}", "correct horse battery", null, new DeviceDescription("bench", "bench")), Wire.Json);
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<SignedIn>(Wire.Json))!;
    }

    private static async Task<T> PostAsync<T>(ServerProcess server, string path, object body)
    {
        using var answer = await server.Http.PostAsync(new Uri("/api/v1/" + path, UriKind.Relative), JsonContent.Create(body, body.GetType(), options: Wire.Json));
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<T>(Wire.Json))!;
    }

    private static async Task<AttachmentUpload> UploadAsync(ServerProcess server, long size, long chunk, HttpClient? by = null)
    {
        var upload = await PostAsync<AttachmentUpload>(server, "attachments/", new NewAttachment(size));
        await SendAsync(server, upload.UploadUrl, size, chunk, by);
        return upload;
    }

    private static async Task SendAsync(ServerProcess server, string path, long size, long chunk, HttpClient? by = null)
    {
        for (long at = 0; at < size; at += chunk)
        {
            using var request = new HttpRequestMessage(HttpMethod.Patch, new Uri(path, UriKind.Relative)) { Content = new Zeros(Math.Min(chunk, size - at)) };
            request.Headers.Add("Upload-Offset", at.ToString(CultureInfo.InvariantCulture));
            using var answer = await (by ?? server.Http).SendAsync(request);
            answer.EnsureSuccessStatusCode();
        }
    }

    private static async Task ReadAsync(ServerProcess server, string path)
    {
        using var answer = await server.Http.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        await using var content = await answer.EnsureSuccessStatusCode().Content.ReadAsStreamAsync();
        var buffer = new byte[1 << 20];
        while (await content.ReadAsync(buffer) > 0)
        {
            // Only how fast it comes.
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

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
