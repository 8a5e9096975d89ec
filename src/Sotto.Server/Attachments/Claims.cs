using Sotto.Contracts;
using Sotto.Server.Storage;

namespace Sotto.Server.Attachments;

/// <summary>What a message does to the attachments it names.</summary>
internal static class Claims
{
    /// <summary>Claims what a message names, in the transaction that stores it.</summary>
    /// <exception cref="RefusedException">VALIDATION_ERROR, naming each storage id that its sender hasn't uploaded whole.</exception>
    public static async Task ClaimAsync(Session session, Guid messageId, Guid senderId, IReadOnlyList<MessageAttachment> named)
    {
        var ids = named.Select(one => ReadId(one.StorageId)).ToArray();
        var missing = await AttachmentStore.ClaimAsync(session, messageId, senderId, ids.Where(id => id != Guid.Empty).Distinct().Order());
        var check = new Check();
        for (var i = 0; i < ids.Length; i++)
        {
            check.That(ids[i] != Guid.Empty && !missing.Contains(ids[i]), $"attachments[{i}].storage_id", "is nothing that you have uploaded whole");
        }

        check.Done();
    }

    /// <summary>Takes back what these messages claimed, in the transaction that erases them.</summary>
    public static Task ReleaseAsync(Session session, IEnumerable<Guid> messageIds) => AttachmentStore.ReleaseAsync(session, messageIds);

    private static Guid ReadId(string? text) => Guid.TryParseExact(text, "D", out var id) ? id : Guid.Empty;
}
