using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Conversations;
using Sotto.Server.Storage;

namespace Sotto.Server.Attachments;

/// <summary>What of a user's attachments goes with the user, what with messages, and what is in an export.</summary>
internal sealed class ForgetAttachments(AttachmentStore store) : IUserErased, IEntriesErased
{
    public Task EraseUserAsync(Guid userId, CancellationToken ct) => store.ForgetOwnerAsync(userId, ct);

    public Task EntriesErasedAsync(Session session, IEnumerable<Guid> ids) => AttachmentStore.ReleaseAsync(session, ids);

    public async Task<UserExport> FillAsync(Guid userId, UserExport export, CancellationToken ct)
    {
        var all = await store.OfOwnerAsync(userId, ct);
        return export with
        {
            Attachments = [.. all.Select(one => new ExportedAttachment(
                one.Id.ToStorageId(), one.FileSize, one.ContentType, Times.FromMs(one.CreatedAt)))],
        };
    }
}
