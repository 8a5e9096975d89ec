using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Sotto.Contracts;
using Sotto.Server.Http;

namespace Sotto.Server.Attachments;

/// <summary>Takes a file's bytes from an offset on: <c>PATCH {upload_url}</c>. What came is safe before it is acknowledged, also when the rest doesn't come.</summary>
internal sealed class ReceiveBytes(AttachmentStore store, IBlobStore blobs, UploadTurns turns)
{
    // A phone in a tunnel is no attacker: only who sends next to nothing for half a minute is cut off.
    private static readonly MinDataRate SlowestPace = new(bytesPerSecond: 100, gracePeriod: TimeSpan.FromSeconds(30));

    public static void Map(Routes routes) =>
        routes.Patch("/attachments/{storage_id}", "Uploads bytes from an offset on; again and again, until all are there.")
            .TakesStream(Tus.Media).Hears(Tus.Offset, "How many bytes are there already; required.").Hears(Tus.Resumable, "What tus clients send: `1.0.0`.")
            .Refuses(
                Errors.AttachmentNotFound, Errors.PermissionDenied, Errors.OffsetMismatch, Errors.PayloadTooLarge, Errors.UnsupportedMediaType, Errors.StorageFull,
                Errors.TusVersionUnsupported)
            .Handle((ReceiveBytes use, Call call) => use.ReceiveAsync(call));

    private async Task ReceiveAsync(Call call)
    {
        var http = call.Http;
        Tus.Speak(http);                                                          // 412
        var offset = Tus.Number(http.Request, Tus.Offset)
            ?? throw Errors.ValidationError.Because($"The header {Tus.Offset} is required.", (Tus.Offset, "is required")); // 422
        MustBeBytes(http.Request);                                                // 415
        await store.MustOwnAsync(call.Caller, call.Id("storage_id"), call.Ct);    // 404, 403
        using var turn = await turns.TakeAsync(call.Id("storage_id"), call.Ct);
        var row = await store.MustOwnAsync(call.Caller, call.Id("storage_id"), call.Ct);
        if (row.Received != offset)
        {
            throw Mismatch(row);                                                  // 409
        }

        if (http.Request.ContentLength > row.FileSize - offset)
        {
            throw TooLong(row);                                                   // 413
        }

        http.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = null;
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } pace)
        {
            pace.MinDataRate = SlowestPace;
        }

        using var source = new UploadSource(http.Request.BodyReader, row.FileSize - offset, turn.Interrupted);
        row = await StoreAsync(row, source, knowsLength: http.Request.ContentLength is not null);
        if (source.IsInterrupted)
        {
            throw Mismatch(row);
        }

        if (source.Fault is { } fault)
        {
            // What came is safe; who sent it is gone.
            throw fault;
        }

        http.Response.Headers[Tus.Offset] = row.Received.ToString();
    }

    private static void MustBeBytes(HttpRequest request)
    {
        if (request.ContentType is { } type and not Tus.Media and not "application/octet-stream")
        {
            throw Errors.UnsupportedMediaType.Because($"The bytes of a file are sent as {Tus.Media}, not as {(type.Length > 64 ? "this" : type)}.");
        }
    }

    private static RefusedException Mismatch(Attachment row) =>
        Errors.OffsetMismatch.With($"The upload stands at {row.Received}; go on from there.", new JsonObject { ["upload_offset"] = row.Received });

    private static RefusedException TooLong(Attachment row) => Errors.PayloadTooLarge.With(
        $"The file was declared to have {row.FileSize} bytes; this goes beyond them.", new JsonObject { ["body"] = $"at most {row.FileSize - row.Received} bytes" });

    /// <summary>Stores what comes, until nothing more does.</summary>
    /// <returns>The row as it stands.</returns>
    private async Task<Attachment> StoreAsync(Attachment start, UploadSource source, bool knowsLength)
    {
        var row = start;
        while (!row.IsWhole && !source.IsEnd)
        {
            var blob = await blobs.AppendAsync(row.Blob, source);                 // 507
            Metrics.BytesReceived.Add(Math.Max(0, blob.Received - row.Received));
            if (blob.Received == row.FileSize && !knowsLength && await source.GoesOnAsync())
            {
                await MoveAsync(row, start);
                throw TooLong(start);
            }

            row = blob.Received == row.FileSize ? await FinishAsync(row, blob) : await MoveAsync(row, row.At(blob, isWhole: false));
            if (row.Received != blob.Received)
            {
                throw Mismatch(row);
            }
        }

        return row;
    }

    /// <summary>Writes down how far it is. Not for the client to cancel: the bytes are there.</summary>
    private async Task<Attachment> MoveAsync(Attachment before, Attachment after)
    {
        if (before != after && !await store.AdvanceAsync(before, after, CancellationToken.None))
        {
            // Given up, expired, or another node was quicker.
            throw await store.FindAsync(before.Id, CancellationToken.None) is { } now ? Mismatch(now) : AttachmentRules.NotFound();
        }

        return after;
    }

    private async Task<Attachment> FinishAsync(Attachment row, Blob full)
    {
        var blob = await blobs.FinishAsync(full);
        if (row.Sha256 is { } expected && await HashAsync(blob) != expected)
        {
            await store.GiveUpAsync(row.Id, CancellationToken.None);
            throw Errors.ValidationError.Because("The file's SHA-256 is another one than was declared. It is erased; begin again.", ("sha256", "doesn't fit the content"));
        }

        var whole = await MoveAsync(row, row.At(blob, isWhole: true));
        Metrics.Uploaded.Add(1);
        return whole;
    }

    private async Task<string> HashAsync(Blob blob)
    {
        await using var content = await blobs.OpenAsync(blob, 0, blob.Size, CancellationToken.None) ?? throw AttachmentRules.NotFound();
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(content));
    }
}
