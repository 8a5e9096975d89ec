namespace Sotto.Contracts;

/// <summary>One installed client of a user. <c>has_keys</c>: it has published keys, so messages must be wrapped for it.</summary>
public sealed record Device(
    Guid Id, Guid UserId, string? Name, string? Platform, bool HasKeys, bool Current, DateTimeOffset CreatedAt, DateTimeOffset? LastSeen);

public sealed record DeviceChanges(string? Name = null, string? Platform = null);

/// <summary>A device's public keys, all base64. <c>PUT /devices/{id}/keys</c>.</summary>
public sealed record DeviceKeys(string? SigningKey, string? IdentityKey, SignedPrekey? SignedPrekey, IReadOnlyList<OneTimePrekey>? OneTimePrekeys = null);

public sealed record SignedPrekey(uint? Id, string? Key, string? Signature, DateTimeOffset? ExpiresAt);

public sealed record OneTimePrekey(uint? Id, string? Key);

public sealed record KeysStatus(int OneTimePrekeysLeft, DateTimeOffset? SignedPrekeyExpiresAt);

/// <summary>A device as others see it; the keys are absent when it has published none.</summary>
public sealed record PublicDevice(Guid UserId, Guid DeviceId, string? SigningKey, string? IdentityKey);

/// <summary>The signed list of a user's devices, as the user's clients made it; the server can't read more than its version.</summary>
public sealed record Manifest(long? Version, string? Payload, string? Signature, string? Certificate);

public sealed record UserDevices(Guid UserId, IReadOnlyList<PublicDevice> Devices, Manifest? Manifest);

public sealed record ConversationDevices(Guid ConversationId, long RosterVersion, IReadOnlyList<PublicDevice> Devices);

public sealed record PrekeyRequest(IReadOnlyList<Guid>? DeviceIds);

/// <summary>What a sender needs to open a session. <c>one_time_prekey</c> is absent when they are used up.</summary>
public sealed record PrekeyBundle(
    Guid UserId, Guid DeviceId, string SigningKey, string IdentityKey, SignedPrekey SignedPrekey, OneTimePrekey? OneTimePrekey);

public sealed record PrekeyBundles(IReadOnlyList<PrekeyBundle> Bundles);

/// <summary>An opaque encrypted blob of the user; the bytes themselves travel raw. <c>size</c> in bytes.</summary>
public sealed record BackupInfo(string Name, long Version, long Size, DateTimeOffset UpdatedAt);

/// <summary>What a client must know before it signs in. <c>authority</c> is the outside issuer of tokens, where there is one.</summary>
public sealed record Capabilities(
    string Version, string OldestSdk, IReadOnlyList<string> Features, CapabilityLimits Limits, bool OpenRegistration, string? Authority);

/// <summary>The server's sizes in bytes, its counts, and its rates for each user; a rate of 0 means none.</summary>
public sealed record CapabilityLimits(
    int RequestBody, int Frame, int Ciphertext, int RecipientKeys, int DevicesPerUser, int GroupMembers, int ChannelMembers,
    int BackupBytes, int OneTimePrekeys, int MessagesPerMinute, int CallsPerHour, int SocketsPerUser);
