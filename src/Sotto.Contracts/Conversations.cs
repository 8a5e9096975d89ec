using System.Text.Json.Serialization;

namespace Sotto.Contracts;

[JsonConverter(typeof(SnakeCaseEnum<ConversationType>))]
public enum ConversationType { Direct, Group, Channel, Support }

[JsonConverter(typeof(SnakeCaseEnum<ConversationVisibility>))]
public enum ConversationVisibility { Private, Public, InviteOnly }

[JsonConverter(typeof(SnakeCaseEnum<MemberRole>))]
public enum MemberRole { Member, Moderator, Admin }

/// <summary>A conversation as the caller sees it: <c>archived</c> and <c>membership</c> are the caller's own.</summary>
public sealed record Conversation(
    Guid Id, string? Title, string? Description, ConversationType Type, ConversationVisibility Visibility, Guid CreatorId, int MemberCount,
    Guid? LastMessageId, DateTimeOffset? LastActivity, bool Archived, long? MessageTtlSeconds, long RosterVersion, long LastSeq,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, ConversationMember? Membership = null);

/// <summary>One person's place in a conversation. <c>unread_count</c> and <c>last_read_message_id</c> are filled for the caller only.</summary>
public sealed record ConversationMember(
    Guid Id, Guid ConversationId, Guid UserId, MemberRole Role, DateTimeOffset JoinedAt, Guid? LastReadMessageId, long UnreadCount, bool IsMuted);

/// <summary><c>POST /conversations/</c></summary>
public sealed record NewConversation(
    ConversationType? Type, string? Title = null, ConversationVisibility? Visibility = null, string? Description = null,
    IReadOnlyList<Guid>? Participants = null, long? MessageTtlSeconds = null);

/// <summary><c>PATCH /conversations/{id}</c>. <c>archived</c> and <c>is_muted</c> are the caller's own; 0 switches expiry off.</summary>
public sealed record ConversationChanges(
    string? Title = null, string? Description = null, ConversationVisibility? Visibility = null, long? MessageTtlSeconds = null,
    bool? Archived = null, bool? IsMuted = null);

/// <summary>One <c>user_id</c> with a role, or several <c>user_ids</c>.</summary>
public sealed record NewMembers(Guid? UserId = null, MemberRole? Role = null, IReadOnlyList<Guid>? UserIds = null);

public sealed record RoleChange(MemberRole? Role);

public sealed record NewInvite(int? MaxUses = null, long? ExpiresInSeconds = null);

public sealed record Invite(string Code, DateTimeOffset ExpiresAt, int UsesLeft);

public sealed record JoinByCode(string? Code);

/// <summary>A sentence for a person, as the reference's answers have it.</summary>
public sealed record Notice(string Message);

/// <summary>A list; <c>count</c> is what matches, not the size of the page.</summary>
public sealed record Page<T>(IReadOnlyList<T> Data, long Count, bool? HasMore = null);

/// <summary>The members that were added; where it was one, its own fields stand beside the list.</summary>
public sealed record AddedMembers(
    IReadOnlyList<ConversationMember> Data, long Count, Guid? Id = null, Guid? ConversationId = null, Guid? UserId = null, MemberRole? Role = null,
    DateTimeOffset? JoinedAt = null, long? UnreadCount = null, bool? IsMuted = null);

/// <summary>What a system message holds in its <c>ciphertext</c>: ids and the action, never text people wrote.</summary>
/// <param name="UserIds">Whom it is about; absent where it is <paramref name="By"/>.</param>
/// <param name="Role">The role they have by it.</param>
/// <param name="Changed">The names of the conversation's fields that have changed.</param>
/// <param name="NewAdminId">Who became admin because the last one left.</param>
public sealed record SystemAction(
    string Action, Guid By, IReadOnlyList<Guid>? UserIds = null, MemberRole? Role = null, IReadOnlyList<string>? Changed = null, Guid? NewAdminId = null);
