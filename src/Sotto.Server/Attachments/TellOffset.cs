using Sotto.Contracts;
using Sotto.Server.Http;
using Sotto.Server.Storage;

namespace Sotto.Server.Attachments;

/// <summary>Tells how far an upload is: <c>HEAD {upload_url}</c>. Who asks wants to go on from there, so a request that is still sending ends first.</summary>
internal sealed class TellOffset(AttachmentStore store, UploadTurns turns)
{
    public static void Map(Routes routes) =>
        routes.Head("/attachments/{storage_id}", "Tells in `Upload-Offset` how many of the bytes are there.")
            .Hears(Tus.Resumable, "What tus clients send: `1.0.0`.")
            .Refuses(Errors.AttachmentNotFound, Errors.PermissionDenied, Errors.TusVersionUnsupported)
            .Handle((TellOffset use, Call call) => use.TellAsync(call));

    private async Task TellAsync(Call call)
    {
        Tus.Speak(call.Http);
        var id = call.Id("storage_id");
        var row = await store.MustOwnAsync(call.Caller, id, call.Ct);             // 404, 403
        if (!row.IsWhole)
        {
            using var turn = await turns.TakeAsync(id, call.Ct);
            row = await store.MustOwnAsync(call.Caller, id, call.Ct);
        }

        var headers = call.Http.Response.Headers;
        headers[Tus.Offset] = row.Received.ToString();
        headers[Tus.Length] = row.FileSize.ToString();
        if (row.ExpiresAt is { } end)
        {
            headers[Tus.Expires] = Times.FromMs(end).ToString("R");
        }
    }
}
