using Sotto.Contracts;
using Sotto.Server.Conversations;
using Sotto.Server.Storage;

namespace Sotto.Server.Messages;

/// <summary>The messages and reactions in a user's export, sealed as they are; also those in conversations that the user has left.</summary>
internal sealed class ExportMessages(MessageStore store)
{
    private const int AtOnce = 500;

    public async Task<UserExport> FillAsync(Guid userId, UserExport export, CancellationToken ct)
    {
        var messages = new List<ExportedMessage>();
        var reactions = new List<ExportedReaction>();
        foreach (var conversationId in await store.ConversationsAsync(userId, ct))
        {
            long after = -1;
            while (await store.BySenderAsync(conversationId, userId, after, AtOnce, ct) is { Count: > 0 } page)
            {
                messages.AddRange(page.Select(Message));
                after = page[^1].Seq;
            }

            reactions.AddRange((await store.ReactionsOfAsync(conversationId, userId, ct)).Select(Reaction));
        }

        return export with { Messages = messages, Reactions = reactions };
    }

    private static ExportedMessage Message(Entry entry)
    {
        var (ciphertext, nonce, algorithm) = Sealed(entry);
        return new ExportedMessage(entry.Id, entry.ConversationId, entry.Seq, entry.MessageType, ciphertext, nonce, algorithm, Times.FromMs(entry.CreatedAt));
    }

    private static ExportedReaction Reaction(Entry entry)
    {
        var (ciphertext, nonce, algorithm) = Sealed(entry);
        return new ExportedReaction(entry.TargetId!.Value, entry.ConversationId, entry.Seq, ciphertext, nonce, algorithm, Times.FromMs(entry.CreatedAt));
    }

    private static (string Ciphertext, string Nonce, string Algorithm) Sealed(Entry entry)
    {
        using var body = MessageBody.Read(entry.Body);
        string Text(string name) => body.RootElement.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
        return (Text("ciphertext"), Text("ciphertext_nonce"), Text("encryption_algo"));
    }
}
