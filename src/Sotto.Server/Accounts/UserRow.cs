using Sotto.Contracts;
using Sotto.Server.Storage;

namespace Sotto.Server.Accounts;

/// <summary>A user as stored.</summary>
internal sealed record UserRow
{
    public const string Columns = "id, username, display_name, avatar, status, role, password_hash, discoverable, receipts_since, show_last_seen, last_seen, created_at";

    public Guid Id { get; init; }

    public string Username { get; init; } = "";

    public string DisplayName { get; init; } = "";

    public string? Avatar { get; init; }

    public string Status { get; init; } = "";

    public string Role { get; init; } = "";

    public string? PasswordHash { get; init; }

    public bool Discoverable { get; init; }

    /// <summary>Since when they give and see read receipts; null while they don't.</summary>
    public long? ReceiptsSince { get; init; }

    public bool ReadReceipts => ReceiptsSince is not null;

    public bool ShowLastSeen { get; init; }

    public long? LastSeen { get; init; }

    public long CreatedAt { get; init; }

    /// <summary>As the user's own devices see it.</summary>
    public User ToUser(LiveStatus live)
    {
        var status = live.Of(Id, EnumText.Parse<UserStatus>(Status));
        return new User(
            Id, Username, DisplayName, Avatar, status, SeenUnlessOnline(status), EnumText.Parse<ServerRole>(Role),
            new UserSettings(Discoverable, ReadReceipts, ShowLastSeen), Times.FromMs(CreatedAt));
    }

    /// <summary>As others see it. Whom the user has blocked learns nothing of when the user is there.</summary>
    public PublicUser ToPublic(LiveStatus live, bool hidden = false)
    {
        var status = hidden ? UserStatus.Offline : live.Of(Id, EnumText.Parse<UserStatus>(Status));
        return new PublicUser(Id, Username, DisplayName, Avatar, status, ShowLastSeen && !hidden ? SeenUnlessOnline(status) : null);
    }

    private DateTimeOffset? SeenUnlessOnline(UserStatus status) => status == UserStatus.Offline ? Times.FromMs(LastSeen) : null;
}

/// <summary>A device as stored, with what its owner sees of it.</summary>
internal sealed record DeviceRow
{
    public const string Columns = "id, user_id, name, platform, has_keys, created_at, last_seen, revoked_at";

    public Guid Id { get; init; }

    public Guid UserId { get; init; }

    public string? Name { get; init; }

    public string? Platform { get; init; }

    public bool HasKeys { get; init; }

    public long CreatedAt { get; init; }

    public long? LastSeen { get; init; }

    public long? RevokedAt { get; init; }

    public Device ToDevice(Guid current) =>
        new(Id, UserId, Name, Platform, HasKeys, Id == current, Times.FromMs(CreatedAt), Times.FromMs(LastSeen));
}
