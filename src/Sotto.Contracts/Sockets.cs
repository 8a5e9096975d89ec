namespace Sotto.Contracts;

/// <summary>What the server pushes: <c>{type, data}</c>, and the <c>request_id</c> of the frame it answers.</summary>
public sealed record Event<T>(string Type, T Data, string? RequestId = null);

/// <summary>An event as the socket would have sent it; its <c>type</c> says what <c>data</c> holds.</summary>
public sealed record SocketEvent(string Type, System.Text.Json.JsonElement Data);

// Commands: what a client sends. The frame is flat; "type" and "request_id" stand beside these fields.
public sealed record Authenticate(string? Token);
public sealed record ConversationRef(Guid? ConversationId);
public sealed record Acknowledge(Guid? ConversationId, long? Seq);
public sealed record ReportStatus(Guid? MessageId, MessageStatusType? Status);
public sealed record SetTyping(Guid? ConversationId, bool? IsTyping);
public sealed record SetStatus(UserStatus? Status);
public sealed record Ping;

// Answers and events.
public sealed record AuthOk(Guid UserId, Guid DeviceId, int HeartbeatSeconds);
public sealed record TokenExpiring(int ExpiresIn);
public sealed record SyncComplete(int Conversations);
public sealed record ConversationJoined(Guid ConversationId, long LastSeq);
public sealed record ConversationLeft(Guid ConversationId);
public sealed record MessageAck(Message Message);
public sealed record Ack(Guid? MessageId, Guid? ConversationId, long? Seq);
public sealed record Pong;
public sealed record MessageReceived(Message Message, Guid ConversationId, long Seq);
public sealed record MessageUpdated(Message Message, Guid ConversationId, long Seq);
public sealed record MessageRemoved(Guid MessageId, Guid ConversationId, long Seq, Guid DeletedBy, DateTimeOffset DeletedAt, SealedBody? Deletion = null);
public sealed record ReactionUpdated(Guid MessageId, Guid ConversationId, long Seq, Guid UserId, Reaction? Reaction);
public sealed record MessageStatusUpdate(Guid MessageId, MessageStatusType Status, Guid UserId, Guid ConversationId, long Seq, Guid? DeviceId, DateTimeOffset StatusAt);
public sealed record Typing(Guid ConversationId, Guid UserId, bool IsTyping);
public sealed record UserStatusChange(Guid UserId, UserStatus Status, DateTimeOffset? LastSeen = null);
public sealed record ConversationCreated(Conversation Conversation, Guid ConversationId);
public sealed record ConversationUpdated(
    Guid ConversationId, long Seq, string? Title, string? Description, ConversationVisibility Visibility, long? MessageTtlSeconds, long RosterVersion);
public sealed record ConversationDeleted(Guid ConversationId);
public sealed record MemberAdded(Guid ConversationId, long Seq, IReadOnlyList<Guid> UserIds, MemberRole Role, Guid By);
public sealed record MemberUpdated(Guid ConversationId, long Seq, Guid UserId, MemberRole Role, Guid By);
public sealed record MemberRemoved(Guid ConversationId, long Seq, Guid UserId, Guid By);
public sealed record DeviceListChanged(Guid UserId, IReadOnlyList<Guid> ConversationIds);
