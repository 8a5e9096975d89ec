using Sotto.Contracts;

namespace Sotto.Server.Messages;

/// <summary>What a well-formed request to write must fulfil, whoever sends it. Every failing field is named at once.</summary>
internal static class MessageChecks
{
    private const int MaxAttachments = 32;

    public static void Check(this NewMessage message)
    {
        if (message.MessageType == MessageType.System)
        {
            throw Errors.SystemTypeReserved.Because("Messages of type system are written by the server only.", ("message_type", "must not be system"));
        }

        var check = new Check()
            .Required(message.ConversationId, "conversation_id")
            .Required(message.MessageType, "message_type")
            .AtMost(message.PreviewTextHash, "preview_text_hash", 256)
            .That((message.Attachments?.Count ?? 0) <= MaxAttachments, "attachments", $"must have at most {MaxAttachments} entries");
        Sealed(check, message.Ciphertext, message.CiphertextNonce, message.EncryptionAlgo);
        for (var i = 0; i < (message.Attachments?.Count ?? 0); i++)
        {
            CheckAttachment(check, message.Attachments![i], $"attachments[{i}]");
        }

        check.Done();
    }

    public static void Check(this MessageEdit edit)
    {
        var check = new Check().AtMost(edit.PreviewTextHash, "preview_text_hash", 256);
        Sealed(check, edit.Ciphertext, edit.CiphertextNonce, edit.EncryptionAlgo);
        check.Done();
    }

    public static void Check(this NewReaction reaction)
    {
        var check = new Check();
        Sealed(check, reaction.Ciphertext, reaction.CiphertextNonce, reaction.EncryptionAlgo);
        check.Done();
    }

    public static void Check(this MessageDeletion deletion)
    {
        if (deletion.Ciphertext is not null)
        {
            var check = new Check();
            Sealed(check, deletion.Ciphertext, deletion.CiphertextNonce, deletion.EncryptionAlgo);
            check.Done();
        }
    }

    private static void Sealed(Check check, string? ciphertext, string? nonce, string? algorithm) =>
        check
            .Required(ciphertext, "ciphertext")
            .That(ciphertext is null || (ciphertext.Length <= Sizes.Ciphertext && System.Text.Encoding.UTF8.GetByteCount(ciphertext) <= Sizes.Ciphertext), "ciphertext", $"must have at most {Sizes.Ciphertext} bytes")
            .That(ciphertext is not { Length: 0 }, "ciphertext", "must not be empty")
            .AtMost(nonce, "ciphertext_nonce", 256)
            .Length(algorithm, "encryption_algo", 1, 64);

    private static void CheckAttachment(Check check, MessageAttachment? file, string at)
    {
        if (file is null)
        {
            check.That(holds: false, at, "must be an object");
            return;
        }

        check.Required(file.FileName, at + ".file_name").Length(file.FileName, at + ".file_name", 1, 1024)
            .Required(file.FileSize, at + ".file_size").That(file.FileSize is null or >= 0, at + ".file_size", "must not be negative")
            .Required(file.ContentType, at + ".content_type").Length(file.ContentType, at + ".content_type", 1, 255)
            .Required(file.StorageId, at + ".storage_id").Length(file.StorageId, at + ".storage_id", 1, 128);
    }
}
