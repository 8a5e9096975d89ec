using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Sotto.Contracts;
using Sotto.Server.Storage;

namespace Sotto.Server.Accounts;

/// <summary>Opens and renews sessions. A session is the login of one device; a device has one.</summary>
internal sealed class Sessions(
    Database database, DeviceList devices, AccessTokens tokens, LiveStatus live, IOptions<AccountOptions> options, TimeProvider clock)
{
    /// <summary>Opens a session for whom the transaction says, on the device of this id or on a new one.</summary>
    /// <exception cref="RefusedException">DEVICE_NOT_FOUND, DEVICE_REVOKED, PERMISSION_DENIED, TOO_MANY_DEVICES, and what <paramref name="whom"/> refuses.</exception>
    public async Task<SignedIn> OpenAsync(Func<Session, Task<UserRow>> whom, Guid? deviceId, DeviceDescription? description, CancellationToken ct)
    {
        var (user, device, token, changed) = await database.WriteAsync(
            async session =>
            {
                var user = await whom(session);
                var (deviceRow, changes) = await DeviceAsync(session, user.Id, deviceId, description);
                return (user, deviceRow, await AddAsync(session, user.Id, deviceRow.Id), changes);
            },
            ct);
        devices.Committed(changed);
        return await AnswerAsync(user, device, token, ct);
    }

    /// <summary>A new pair of tokens for a refresh token, which dies by this.</summary>
    /// <exception cref="RefusedException">INVALID_TOKEN, TOKEN_EXPIRED, DEVICE_REVOKED; REFRESH_REUSED, and then the session is over.</exception>
    public async Task<SignedIn> RenewAsync(string text, CancellationToken ct)
    {
        var used = RefreshToken.Parse(text) ?? throw InvalidRefresh();
        var (refusal, changed, user, device, next) = await database.WriteAsync(session => RenewAsync(session, used), ct);
        devices.Committed(changed);
        return refusal is null ? await AnswerAsync(user!, device!, next!, ct) : throw refusal;
    }

    /// <summary>The job: sessions that ended days ago need no answer any more.</summary>
    public Task ForgetOldAsync(CancellationToken ct) => database.WriteAsync(session => SessionStore.ForgetOldAsync(session, clock.NowMs()), ct);

    /// <remarks>The refusal is a value here: an exception would undo the end of the session.</remarks>
    private async Task<(RefusedException? Refusal, DevicesChanged Changed, UserRow? User, DeviceRow? Device, RefreshToken? Next)> RenewAsync(Session session, RefreshToken used)
    {
        var now = clock.NowMs();
        var row = await SessionStore.FindAsync(session, used.SessionId);
        if (row is null || !used.IsGenuine(row.RefreshKey))
        {
            return (InvalidRefresh(), DevicesChanged.Nothing, null, null, null);
        }

        if (!CryptographicOperations.FixedTimeEquals(used.Hash, row.RefreshHash))
        {
            await SessionStore.EndAsync(session, row.Id, now);
            var refusal = Errors.RefreshReused.Because("This refresh token was used before. The session is over; log in again.");
            return (refusal, new DevicesChanged([row.Id], [], () => { }), null, null, null);
        }

        var user = await UserStore.FindAsync(session, row.UserId);
        var device = await SessionStore.FindDeviceAsync(session, row.DeviceId);
        if (user is null || device is null || row.EndedAt is not null)
        {
            return (Errors.DeviceRevoked.Because("This session is over; log in again."), DevicesChanged.Nothing, null, null, null);
        }

        if (row.ExpiresAt <= now)
        {
            return (Errors.TokenExpired.Because("The refresh token has expired; log in again."), DevicesChanged.Nothing, null, null, null);
        }

        var next = RefreshToken.Make(row.Id, row.RefreshKey);
        await SessionStore.RotateAsync(session, row.Id, next.Hash, Expiry(now));
        await SessionStore.TouchDeviceAsync(session, device.Id, now);
        return (null, DevicesChanged.Nothing, user, device, next);
    }

    private async Task<(DeviceRow Device, DevicesChanged Changed)> DeviceAsync(Session session, Guid userId, Guid? deviceId, DeviceDescription? description)
    {
        if (deviceId is not { } known)
        {
            return await devices.AddAsync(session, userId, description);
        }

        DeviceList.MustBeOwn(await SessionStore.FindDeviceAsync(session, known), userId);
        await SessionStore.DescribeDeviceAsync(session, known, description?.Name, description?.Platform);
        var changed = await devices.EndSessionAsync(session, known);
        return ((await SessionStore.FindDeviceAsync(session, known))!, changed);
    }

    private async Task<RefreshToken> AddAsync(Session session, Guid userId, Guid deviceId)
    {
        var now = clock.NowMs();
        var id = Ids.New(clock);
        var key = RefreshToken.NewKey();
        var token = RefreshToken.Make(id, key);
        await SessionStore.AddAsync(session, new SessionRow
        {
            Id = id, UserId = userId, DeviceId = deviceId, RefreshHash = token.Hash, RefreshKey = key, CreatedAt = now, ExpiresAt = Expiry(now),
        });
        await SessionStore.TouchDeviceAsync(session, deviceId, now);
        return token;
    }

    private async Task<SignedIn> AnswerAsync(UserRow user, DeviceRow device, RefreshToken refresh, CancellationToken ct)
    {
        var access = await tokens.MakeAsync(user.Id, device.Id, refresh.SessionId, ct);
        return new SignedIn(user.ToUser(live), device.ToDevice(device.Id), access, refresh.Text, "bearer", tokens.LifeSeconds);
    }

    private long Expiry(long now) => now + (long)options.Value.RefreshTokenLife.TotalMilliseconds;

    private static RefusedException InvalidRefresh() => Errors.InvalidToken.Because("The refresh token is not valid.");
}
