using Sotto.Contracts;
using Sotto.Server.Storage;

namespace Sotto.Server.Accounts;

/// <summary>What other modules ask and tell of users.</summary>
internal sealed class Users(UserStore store, LiveStatus live, Database database, TimeProvider clock)
{
    private readonly BriefCache<Guid, UserSettings?> _settings = new(clock);

    /// <summary>Which of these exist.</summary>
    public Task<IReadOnlyList<Guid>> ExistingAsync(IEnumerable<Guid> userIds, CancellationToken ct) =>
        database.ReadAsync(session => ExistingAsync(session, userIds), ct);

    /// <summary>Which of these exist, in a transaction.</summary>
    public static Task<IReadOnlyList<Guid>> ExistingAsync(Session session, IEnumerable<Guid> userIds) => UserStore.ExistingAsync(session, userIds);

    /// <summary>Holds the user's row until the transaction ends, so that what is counted of the user stays true.</summary>
    /// <exception cref="RefusedException">USER_NOT_FOUND.</exception>
    public static async Task<UserRow> LockAsync(Session session, Guid userId) => await UserStore.LockAsync(session, userId) ?? throw NotFound();

    /// <exception cref="RefusedException">USER_NOT_FOUND.</exception>
    public async Task<UserRow> MustFindAsync(Guid userId, CancellationToken ct) => await store.FindAsync(userId, ct) ?? throw NotFound();

    public async Task<IReadOnlyList<PublicUser>> ListAsync(IEnumerable<Guid> userIds, CancellationToken ct) =>
        [.. (await store.ListAsync(userIds, ct)).Select(user => user.ToPublic(live))];

    /// <summary>The user's privacy choices, at most a second old; the defaults for a user who is gone.</summary>
    public async ValueTask<UserSettings> SettingsAsync(Guid userId, CancellationToken ct) =>
        await _settings.GetAsync(
            userId,
            async (id, token) => await store.FindAsync(id, token) is { } user ? new UserSettings(user.Discoverable, user.ReadReceipts, user.ShowLastSeen) : null,
            ct) ?? new UserSettings();

    public void DropSettings(Guid userId) => _settings.Drop(userId);

    /// <summary>The status that a user chose; online for a user who is gone.</summary>
    public async Task<UserStatus> ChosenStatusAsync(Guid userId, CancellationToken ct) =>
        await store.FindAsync(userId, ct) is { } user ? EnumText.Parse<UserStatus>(user.Status) : UserStatus.Online;

    /// <summary>Stores the status that a user chose.</summary>
    public Task ChooseStatusAsync(Guid userId, UserStatus status, CancellationToken ct) =>
        database.WriteAsync(session => UserStore.SetStatusAsync(session, userId, status), ct);

    /// <summary>Stores when users, and the devices they used, were last there.</summary>
    public Task SeenAsync(IReadOnlyList<(Guid UserId, Guid DeviceId, DateTimeOffset At)> seen, CancellationToken ct) =>
        database.WriteAsync(
            async session =>
            {
                foreach (var (userId, deviceId, at) in seen.OrderBy(one => one.UserId))
                {
                    await UserStore.SetSeenAsync(session, userId, at.ToUnixTimeMilliseconds());
                    await SessionStore.TouchDeviceAsync(session, deviceId, at.ToUnixTimeMilliseconds());
                }
            },
            ct);

    public static RefusedException NotFound() => Errors.UserNotFound.Because("There is no such user.");
}
