using System.Text.Json.Serialization;

namespace Sotto.Contracts;

[JsonConverter(typeof(SnakeCaseEnum<MessageType>))]
public enum MessageType { Text, Image, Audio, Video, Document, Location, Contact, System }

[JsonConverter(typeof(SnakeCaseEnum<MessageStatusType>))]
public enum MessageStatusType { Sent, Delivered, Read, Failed }

/// <summary>A message as the asking device sees it.</summary>
public sealed record Message(
    Guid Id, Guid ConversationId, long Seq, Guid SenderId, Guid? SenderDeviceId, Guid? ClientMessageId,
    string Ciphertext, string CiphertextNonce, string EncryptionAlgo, MessageType MessageType, string? PreviewTextHash, Guid? ReplyToId,
    bool IsEdited, int EditCount, bool IsDeleted, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? ExpiresAt,
    IReadOnlyList<WrappedKey> EncryptedKeys, IReadOnlyList<MessageAttachment> Attachments, IReadOnlyList<MessageStatus> Statuses,
    StatusCounts? StatusCounts, IReadOnlyList<Reaction> Reactions, SealedBody? Deletion = null);

/// <summary>The content key of a message, sealed for one device.</summary>
public sealed record WrappedKey(Guid? RecipientUserId, Guid? RecipientDeviceId, string? EncryptedKey, string? KeyAlgo, string? Nonce);

public sealed record MessageAttachment(Guid? Id, string? FileName, long? FileSize, string? ContentType, string? StorageId);

public sealed record MessageStatus(Guid UserId, MessageStatusType Status, DateTimeOffset StatusAt, Guid? DeviceId = null);

/// <summary>Instead of <c>statuses</c> where a conversation has more than 256 members.</summary>
public sealed record StatusCounts(int Sent, int Delivered, int Read, int Failed);

/// <summary>A reaction: a sealed body of its own, one per user and message.</summary>
public sealed record Reaction(
    Guid UserId, Guid? DeviceId, long Seq, string Ciphertext, string CiphertextNonce, string EncryptionAlgo, Guid? ClientMessageId,
    IReadOnlyList<WrappedKey> EncryptedKeys, DateTimeOffset CreatedAt);

/// <summary>A sealed body that goes with a deletion, so that readers can tell the author's deletion from a bare removal.</summary>
public sealed record SealedBody(
    string Ciphertext, string CiphertextNonce, string EncryptionAlgo, Guid? ClientMessageId, Guid? SenderDeviceId, IReadOnlyList<WrappedKey> EncryptedKeys);

/// <summary>What clients send: <c>POST /messages/</c> and the frame <c>send_message</c>.</summary>
public sealed record NewMessage(
    Guid? ConversationId, string? Ciphertext, MessageType? MessageType, PackedKeys? RecipientKeys = null,
    IReadOnlyList<MessageAttachment>? Attachments = null, string? CiphertextNonce = null, string? EncryptionAlgo = null,
    Guid? ClientMessageId = null, string? PreviewTextHash = null, Guid? ReplyToId = null, long? RosterVersion = null);

/// <summary>New content for an own message: <c>PATCH /messages/{id}</c> and the frame <c>edit_message</c>.</summary>
public sealed record MessageEdit(
    Guid? MessageId, string? Ciphertext, PackedKeys? RecipientKeys = null, string? CiphertextNonce = null, string? EncryptionAlgo = null,
    Guid? ClientMessageId = null, string? PreviewTextHash = null, long? RosterVersion = null);

/// <summary>A deletion, with the author's sealed confirmation if there is one.</summary>
public sealed record MessageDeletion(
    Guid? MessageId = null, string? Ciphertext = null, PackedKeys? RecipientKeys = null, string? CiphertextNonce = null,
    string? EncryptionAlgo = null, Guid? ClientMessageId = null, long? RosterVersion = null);

/// <summary>A reaction; in a frame, <c>ciphertext: null</c> takes it back.</summary>
public sealed record NewReaction(
    Guid? MessageId = null, string? Ciphertext = null, PackedKeys? RecipientKeys = null, string? CiphertextNonce = null,
    string? EncryptionAlgo = null, Guid? ClientMessageId = null, long? RosterVersion = null);

/// <summary>Wrapped keys for devices that came later, or could not read: <c>POST /messages/{id}/keys</c>.</summary>
public sealed record AddedKeys(PackedKeys? RecipientKeys);

public sealed record StatusReport(MessageStatusType? Status);

/// <summary>What a device has not acknowledged: <c>GET /sync</c>. <c>data</c> holds events as the socket would have sent them.</summary>
public sealed record SyncAck(Guid? ConversationId, long? Seq);
