using Sotto.Contracts;
using Sotto.Server.Callers;

namespace Sotto.Server.Attachments;

/// <summary>Small rules that several use cases share.</summary>
internal static class AttachmentRules
{
    /// <summary>The caller's own upload.</summary>
    /// <exception cref="RefusedException">ATTACHMENT_NOT_FOUND, PERMISSION_DENIED.</exception>
    public static async Task<Attachment> MustOwnAsync(this AttachmentStore store, Caller caller, Guid id, CancellationToken ct)
    {
        var row = await store.FindAsync(id, ct) ?? throw NotFound();
        return row.OwnerId == caller.UserId ? row : throw Errors.PermissionDenied.Because("Somebody else uploads this attachment.");
    }

    public static RefusedException NotFound() => Errors.AttachmentNotFound.Because("There is no such attachment, or it is gone.");

    /// <summary>The form in which ids of attachments travel.</summary>
    public static string ToStorageId(this Guid id) => id.ToString("D");

    public static string UploadUrl(Guid id) => $"{Http.Routes.Prefix}/attachments/{id:D}";
}
