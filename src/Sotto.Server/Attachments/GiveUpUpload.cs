using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Http;

namespace Sotto.Server.Attachments;

/// <summary>Gives up an upload that no message names: <c>DELETE {upload_url}</c>. Its bytes no longer count, and are erased.</summary>
internal sealed class GiveUpUpload(AttachmentStore store, UploadTurns turns)
{
    public static void Map(Routes routes) =>
        routes.Delete("/attachments/{storage_id}", "Gives up an upload that no message names.")
            .Hears(Tus.Resumable, "What tus clients send: `1.0.0`.")
            .Refuses(Errors.AttachmentNotFound, Errors.PermissionDenied, Errors.AttachmentInUse, Errors.TusVersionUnsupported)
            .Handle((GiveUpUpload use, Call call) =>
            {
                Tus.Speak(call.Http);
                return use.GiveUpAsync(call.Caller, call.Id("storage_id"), call.Ct);
            });

    private async Task GiveUpAsync(Caller caller, Guid id, CancellationToken ct)
    {
        await store.MustOwnAsync(caller, id, ct);                                 // 404, 403
        using var turn = await turns.TakeAsync(id, ct);
        if (!await store.GiveUpAsync(id, ct))
        {
            await store.MustOwnAsync(caller, id, ct);
            throw Errors.AttachmentInUse.Because("A message names this attachment; delete the message instead."); // 409
        }
    }
}
