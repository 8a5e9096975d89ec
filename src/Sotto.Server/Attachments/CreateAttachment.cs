using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Sotto.Contracts;
using Sotto.Server.Accounts;
using Sotto.Server.Callers;
using Sotto.Server.Http;
using Sotto.Server.Limits;
using Sotto.Server.Storage;

namespace Sotto.Server.Attachments;

/// <summary>Begins an upload: <c>POST /attachments/</c>, told in JSON or in the headers of tus.</summary>
internal sealed class CreateAttachment(RateLimits limits, Database database, IBlobStore blobs, IOptions<AttachmentsOptions> options, TimeProvider clock)
{
    private const int LongestType = 255;
    private const int Sha256Digits = 64;

    public static void Map(Routes routes) =>
        routes.Post("/attachments/", "Begins the upload of a file that the client has sealed.")
            .Gives<AttachmentUpload>(201).Once().TakesOptional<NewAttachment>()
            .Hears(Tus.Length, "Instead of a body: the file's size.").Hears(Tus.Metadata, "Instead of a body: `filetype` and `sha256` as tus tells them.")
            .Hears(Tus.Resumable, "What tus clients send: `1.0.0`.")
            .Refuses(Errors.QuotaExceeded, Errors.StorageFull, Errors.TusVersionUnsupported, Errors.RateLimited)
            .Handle(async (CreateAttachment use, Call call) =>
            {
                Tus.Speak(call.Http);
                var made = await use.CreateAsync(call.Caller, Tus.ReadCreation(call.Http.Request) ?? await call.BodyAsync<NewAttachment>(), call.Ct);
                call.Http.Response.Headers.Location = made.UploadUrl;
                call.Http.Response.Headers[Tus.Expires] = made.ExpiresAt.ToString("R");
                return made;
            });

    private async Task<AttachmentUpload> CreateAsync(Caller caller, NewAttachment body, CancellationToken ct)
    {
        Check(body);                                                              // 422
        var size = body.FileSize!.Value;
        MustFit(size, options.Value.LargestFile, "A file", null);                 // 413
        blobs.MustHaveRoomFor(size);                                              // 507
        limits.Take(Limit.Uploads, caller.UserId);                                // 429
        var draft = new Attachment { Id = Ids.New(clock), OwnerId = caller.UserId, FileSize = size, ContentType = body.ContentType, Sha256 = body.Sha256?.ToLowerInvariant() };
        if (size == 0)
        {
            draft = draft.At(await blobs.FinishAsync(draft.Blob), isWhole: true);
        }

        var row = await database.WriteAsync(
            async session =>
            {
                await Users.LockAsync(session, caller.UserId);
                MustFit(await AttachmentStore.UsedAsync(session, caller.UserId) + size, options.Value.PerUser, "All files of a user together", size);
                return await AttachmentStore.AddAsync(session, draft, options.Value.UnclaimedLife);
            },
            ct);
        Metrics.Begun.Add(1);
        return new AttachmentUpload(
            row.Id.ToStorageId(), AttachmentRules.UploadUrl(row.Id), Sizes.AttachmentChunk, row.Received, Times.FromMs(row.ExpiresAt!.Value));
    }

    private static void Check(NewAttachment body) => new Check()
        .Required(body.FileSize, "file_size").That(body.FileSize is null or >= 0, "file_size", "must not be negative")
        .That(
            body.ContentType is null || (body.ContentType.Length <= LongestType && MediaTypeHeaderValue.TryParse(body.ContentType, out _)),
            "content_type", "must be a media type such as image/png")
        .That(
            body.Sha256 is null || (body.Sha256.Length == Sha256Digits && body.Sha256.All(char.IsAsciiHexDigit)), "sha256", $"must have {Sha256Digits} hexadecimal digits")
        .Done();

    private static void MustFit(long bytes, long limit, string what, long? added)
    {
        if (bytes > limit)
        {
            throw Errors.QuotaExceeded.With(
                $"{what} may have at most {limit} bytes.", new JsonObject { ["limit"] = limit, ["file_size"] = added ?? bytes, ["used"] = bytes - (added ?? bytes) });
        }
    }
}
