using System.Buffers;
using Microsoft.Net.Http.Headers;
using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Conversations;
using Sotto.Server.Http;

namespace Sotto.Server.Attachments;

/// <summary>Gives a file, or a part of it: <c>GET /attachments/{storage_id}</c>, to who may read a message that names it.</summary>
internal sealed class GetAttachment(AttachmentStore store, IBlobStore blobs, Rosters rosters)
{
    private const int ClaimsAtOnce = 1000;
    private const int BufferBytes = 64 * 1024;
    private const string Bytes = "application/octet-stream";

    public static void Map(Routes routes) =>
        routes.Get("/attachments/{storage_id}", "Gives the bytes of a file that a message names.")
            .GivesStream().Hears("Range", "A part, such as `bytes=0-1023`.").Hears("If-Range", "An `ETag`: the part is given if it still fits, else all.")
            .Hears("If-None-Match", "An `ETag` the client has already.")
            .Also(206, "The part that was asked for.").Also(304, "The client has it already; there is no body.")
            .Refuses(Errors.AttachmentNotFound, Errors.NotAMember, Errors.PermissionDenied, Errors.RangeNotSatisfiable)
            .Handle((GetAttachment use, Call call) => use.GiveAsync(call));

    private async Task GiveAsync(Call call)
    {
        var row = await store.FindAsync(call.Id("storage_id"), call.Ct) ?? throw AttachmentRules.NotFound(); // 404
        await MustMayReadAsync(call.Caller, row, call.Ct);                        // 404, 403
        var (request, response) = (call.Http.Request, call.Http.Response);
        var etag = $"\"{row.Id:N}\"";
        Head(response, row, etag);
        if (request.Headers.IfNoneMatch.Contains(etag))
        {
            call.Status = 304;
            return;
        }

        var (from, length, isPart) = Part(request, response, row, etag);          // 416
        await using var content = await blobs.OpenAsync(row.Blob, from, length, call.Ct) ?? throw AttachmentRules.NotFound();
        response.ContentLength = length;
        response.StatusCode = call.Status = isPart ? 206 : 200;
        if (isPart)
        {
            response.Headers.ContentRange = $"bytes {from}-{from + length - 1}/{row.FileSize}";
        }

        await CopyAsync(content, length, response.Body, call.Ct);
        Metrics.BytesSent.Add(length);
    }

    /// <summary>What a browser makes of it if somebody opens it: a download, whatever is in it.</summary>
    private static void Head(HttpResponse response, Attachment row, string etag)
    {
        var headers = response.Headers;
        headers.ETag = etag;
        headers.AcceptRanges = "bytes";
        headers.CacheControl = "no-store";
        headers.ContentDisposition = "attachment";
        headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        response.ContentType = IsInert(row.ContentType) ? row.ContentType : Bytes;
    }

    /// <summary>Pictures made of pixels, sound and video: nothing in them is run.</summary>
    private static bool IsInert(string? type) =>
        type is "image/png" or "image/jpeg" or "image/gif" or "image/webp" or "image/avif"
        || (type is not null && (type.StartsWith("audio/", StringComparison.Ordinal) || type.StartsWith("video/", StringComparison.Ordinal)));

    private static (long From, long Length, bool IsPart) Part(HttpRequest request, HttpResponse response, Attachment row, string etag)
    {
        var whole = (0L, row.FileSize, false);
        if (request.Headers.Range is not [{ } text] || !RangeHeaderValue.TryParse(text, out var asked) || asked.Unit != "bytes" || asked.Ranges.Count != 1
            || (request.Headers.IfRange is [{ } condition] && condition != etag))
        {
            return whole;
        }

        var range = asked.Ranges.First();
        var (from, to) = range.From is { } first ? (first, Math.Min(range.To ?? long.MaxValue, row.FileSize - 1)) : (Math.Max(0, row.FileSize - range.To!.Value), row.FileSize - 1);
        if (from <= to)
        {
            return (from, to - from + 1, true);
        }

        response.OnStarting(() =>
        {
            response.Headers.ContentRange = $"bytes */{row.FileSize}";
            return Task.CompletedTask;
        });
        throw Errors.RangeNotSatisfiable.Because($"The file has {row.FileSize} bytes; nothing of the range is among them.", ("Range", "begins after the end"));
    }

    private static async Task CopyAsync(Stream content, long length, Stream to, CancellationToken ct)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            while (length > 0)
            {
                var read = await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(length, buffer.Length)), ct);
                if (read == 0)
                {
                    throw new EndOfStreamException("The blob is shorter than it must be.");
                }

                await to.WriteAsync(buffer.AsMemory(0, read), ct);
                length -= read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>One message is enough. The refusal is that of the newest.</summary>
    private async Task MustMayReadAsync(Caller caller, Attachment row, CancellationToken ct)
    {
        var claims = await store.ClaimsAsync(row.Id, ClaimsAtOnce, ct);
        if (claims.Count == 0)
        {
            throw row.ExpiresAt is null ? AttachmentRules.NotFound() : Errors.PermissionDenied.Because("No message names this attachment yet.");
        }

        RefusedException? why = null;
        foreach (var claim in claims.DistinctBy(claim => claim.ConversationId))
        {
            try
            {
                var member = (await rosters.CurrentAsync(claim.ConversationId, ct)).MustHave(caller.UserId);
                if (claims.Any(one => one.ConversationId == claim.ConversationId && one.Seq >= member.JoinedSeq))
                {
                    return;
                }

                why ??= Errors.PermissionDenied.Because("The message that names this attachment is older than your membership.");
            }
            catch (RefusedException refused) when (refused.Error == Errors.NotAMember || refused.Error == Errors.ConversationNotFound)
            {
                why ??= refused.Error == Errors.NotAMember ? refused : AttachmentRules.NotFound();
            }
        }

        throw why!;
    }
}
