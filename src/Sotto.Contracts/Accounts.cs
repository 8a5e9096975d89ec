namespace Sotto.Contracts;

/// <summary>Makes an account. <c>POST /auth/register</c>.</summary>
public sealed record Registration(string? Username, string? Password, string? DisplayName = null, DeviceDescription? Device = null, string? SetupCode = null);

/// <summary>Opens a session. Without <c>device_id</c> a new device is made. <c>POST /auth/login</c>.</summary>
public sealed record Credentials(string? Username, string? Password, Guid? DeviceId = null, DeviceDescription? Device = null);

/// <summary>What a client tells of itself.</summary>
public sealed record DeviceDescription(string? Name = null, string? Platform = null);

public sealed record RefreshRequest(string? RefreshToken);

/// <summary>The answer to register, login and refresh. <c>expires_in</c> in seconds.</summary>
public sealed record SignedIn(User User, Device Device, string AccessToken, string RefreshToken, string TokenType, int ExpiresIn);

/// <summary>A one-use ticket for <c>?ticket=</c> in the socket's URL; <c>expires_in</c> in seconds.</summary>
public sealed record Ticket(string TicketValue, int ExpiresIn)
{
    [System.Text.Json.Serialization.JsonPropertyName("ticket")]
    public string TicketValue { get; init; } = TicketValue;
}

/// <summary>The caller's own account.</summary>
public sealed record User(
    Guid Id, string Username, string DisplayName, string? Avatar, UserStatus Status, DateTimeOffset? LastSeen,
    ServerRole Role, UserSettings Settings, DateTimeOffset CreatedAt);

/// <summary>What others see of a user. <c>last_seen</c> is absent while online, and when its owner hides it.</summary>
public sealed record PublicUser(Guid Id, string Username, string DisplayName, string? Avatar, UserStatus Status, DateTimeOffset? LastSeen);

public sealed record UserChanges(string? DisplayName = null, string? Avatar = null, UserStatus? Status = null, UserSettingsChanges? Settings = null);

/// <summary>Privacy choices. All are on at first.</summary>
public sealed record UserSettings(bool Discoverable = true, bool ReadReceipts = true, bool ShowLastSeen = true);

public sealed record UserSettingsChanges(bool? Discoverable = null, bool? ReadReceipts = null, bool? ShowLastSeen = null);

/// <summary>What an administrator changes of a user.</summary>
public sealed record ServerRoleChange(ServerRole? Role);

/// <summary>A public signing key, RFC 7517.</summary>
public sealed record JsonWebKeyInfo(string Kty, string Crv, string Kid, string Use, string Alg, string X, string Y);

public sealed record JsonWebKeys(IReadOnlyList<JsonWebKeyInfo> Keys);

/// <summary>Everything that is stored of a user. <c>GET /users/me/export</c>.</summary>
public sealed record UserExport(
    User User, IReadOnlyList<Device> Devices, IReadOnlyList<PublicUser> Blocks, IReadOnlyList<Conversation> Conversations,
    IReadOnlyList<ConversationMember> Memberships, IReadOnlyList<ExportedMessage> Messages, IReadOnlyList<BackupInfo> Backups, DateTimeOffset ExportedAt,
    IReadOnlyList<ExportedReaction>? Reactions = null, Manifest? Manifest = null, IReadOnlyList<CallLog>? Calls = null,
    IReadOnlyList<ExportedAttachment>? Attachments = null);

/// <summary>A message of the user as the server holds it: sealed.</summary>
public sealed record ExportedMessage(
    Guid Id, Guid ConversationId, long Seq, MessageType MessageType, string Ciphertext, string CiphertextNonce, string EncryptionAlgo, DateTimeOffset CreatedAt);

/// <summary>A reaction of the user as the server holds it: sealed.</summary>
public sealed record ExportedReaction(
    Guid MessageId, Guid ConversationId, long Seq, string Ciphertext, string CiphertextNonce, string EncryptionAlgo, DateTimeOffset CreatedAt);

[System.Text.Json.Serialization.JsonConverter(typeof(SnakeCaseEnum<UserStatus>))]
public enum UserStatus { Offline, Online, Away, Busy }

[System.Text.Json.Serialization.JsonConverter(typeof(SnakeCaseEnum<ServerRole>))]
public enum ServerRole { User, Agent, Admin }
