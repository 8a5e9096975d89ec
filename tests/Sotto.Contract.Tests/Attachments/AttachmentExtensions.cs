using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Attachments;

/// <summary>What people do with files.</summary>
internal static class AttachmentExtensions
{
    /// <summary>Bytes as a sealed file has them.</summary>
    public static byte[] Sealed(int size) => RandomNumberGenerator.GetBytes(size);

    public static Task<AttachmentUpload> BeginsUploadAsync(this Rest device, long size, string? contentType = null, string? sha256 = null) =>
        device.PostAsync("/attachments/", new NewAttachment(size, contentType, sha256)).AsAsync<AttachmentUpload>(201);

    public static Task<Answer> UploadsAsync(this Rest device, AttachmentUpload to, long offset, ReadOnlyMemory<byte> bytes) => device.UploadsAsync(to, offset, new ReadOnlyMemoryContent(bytes));

    public static Task<Answer> UploadsAsync(this Rest device, AttachmentUpload to, long offset, HttpContent body) =>
        device.SendAsync(HttpMethod.Patch, $"~{to.UploadUrl}", body, ("Upload-Offset", offset.ToString(CultureInfo.InvariantCulture)), ("Content-Type", "application/offset+octet-stream"));

    /// <summary>A whole file, uploaded at once.</summary>
    public static async Task<AttachmentUpload> UploadsAsync(this Rest device, byte[] file, string? contentType = null)
    {
        var upload = await device.BeginsUploadAsync(file.Length, contentType);
        Assert.Equal($"{file.Length}", (await device.UploadsAsync(upload, 0, file).IsAsync(204)).Header("Upload-Offset"));
        return upload;
    }

    public static async Task<long> OffsetAsync(this Rest device, AttachmentUpload upload) =>
        long.Parse((await device.SendAsync(HttpMethod.Head, $"~{upload.UploadUrl}", null).IsAsync(204)).Header("Upload-Offset")!, CultureInfo.InvariantCulture);

    public static Task<Answer> DownloadsAsync(this Rest device, AttachmentUpload upload, string? range = null) =>
        device.GetAsync($"/attachments/{upload.StorageId}", range is null ? [] : [("Range", range)]);

    /// <summary>The answer's bytes are these.</summary>
    public static void MustHold(this Answer answer, ReadOnlyMemory<byte> file) => Assert.True(file.Span.SequenceEqual(answer.Bytes), $"{answer.Request} gave other bytes than were uploaded.");

    /// <summary>Names the file in a message and reads it as its receiver.</summary>
    public static async Task MustReachAsync(this TestDevice uploader, Person reader, AttachmentUpload upload, byte[] file)
    {
        await uploader.SendsFilesAsync(await uploader.Owner.CreatesDirectAsync(reader), upload);
        (await reader.Phone.DownloadsAsync(upload)).MustBe(200).MustHold(file);
    }

    public static Task<Answer> TriesToSendAsync(this Rest device, Conversation to, params AttachmentUpload[] files) => device.TriesToSendAsync(to, [.. files.Select(file => file.StorageId)]);

    public static Task<Answer> TriesToSendAsync(this Rest device, Conversation to, params string[] storageIds) => device.PostAsync("/messages/", new
    {
        ConversationId = to.Id,
        Ciphertext = "sealed",
        MessageType = "document",
        Attachments = storageIds.Select(id => new { FileName = "file", FileSize = 1, ContentType = "application/octet-stream", StorageId = id }),
    });

    public static Task<Message> SendsFilesAsync(this Rest device, Conversation to, params AttachmentUpload[] files) => device.TriesToSendAsync(to, files).AsAsync<Message>(201);

    /// <summary>Goes on as a client does that has lost its connection: asks how far it is, and asks again when another of its requests is still there.</summary>
    public static async Task FinishesAsync(this Rest device, AttachmentUpload to, byte[] file)
    {
        var offset = await device.OffsetAsync(to);
        while (offset < file.Length)
        {
            var answer = await device.UploadsAsync(to, offset, file.AsMemory((int)offset));
            Assert.True(answer.Status is 204 or 409, $"{answer.Request} answered {answer.Status}: {answer.Body}");
            offset = await device.OffsetAsync(to);
        }
    }

    /// <summary>Declares a body, sends only its beginning, does what it is told with the open connection, and cuts it.</summary>
    public static async Task CutsAsync(this Rest device, AttachmentUpload to, long offset, long declared, ReadOnlyMemory<byte> sent, bool abruptly, Func<Task>? before = null)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(device.Server.Address.Host, device.Server.Address.Port);
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"PATCH {to.UploadUrl} HTTP/1.1\r\nHost: sotto\r\nAuthorization: Bearer {device.AccessToken}\r\nUpload-Offset: {offset}\r\n"
            + $"Content-Type: application/offset+octet-stream\r\nContent-Length: {declared}\r\n\r\n");
        var stream = connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head));
        await stream.WriteAsync(sent);
        if (before is not null)
        {
            await before();
        }

        if (abruptly)
        {
            connection.LingerState = new LingerOption(enable: true, 0);
            return;
        }

        // The server hears the end after all that was sent, and then hangs up.
        connection.Client.Shutdown(SocketShutdown.Send);
        try
        {
            await stream.CopyToAsync(Stream.Null);
        }
        catch (IOException)
        {
            // It may hang up abruptly too.
        }
    }

    /// <summary>Waits until a stretch of bytes is in no file of the folder.</summary>
    public static Task IsNowhereAsync(this ReadOnlyMemory<byte> needle, string folder) => Patience.UntilAsync(
        async () =>
        {
            foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            {
                if (await HasAsync(path, needle))
                {
                    return false;
                }
            }

            return true;
        },
        "The bytes of the file are still in the data folder.");

    public static async Task<bool> IsSomewhereAsync(this ReadOnlyMemory<byte> needle, string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            if (await HasAsync(path, needle))
            {
                return true;
            }
        }

        return false;
    }

    private static async Task<bool> HasAsync(string path, ReadOnlyMemory<byte> needle)
    {
        try
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var content = new MemoryStream();
            await file.CopyToAsync(content);
            return content.GetBuffer().AsSpan(0, (int)content.Length).IndexOf(needle.Span) >= 0;
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (IOException) when (path.EndsWith(".lock", StringComparison.Ordinal))
        {
            // The server's own lock, an empty file.
            return false;
        }
    }
}
