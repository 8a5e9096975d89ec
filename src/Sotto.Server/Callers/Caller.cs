using Sotto.Contracts;

namespace Sotto.Server.Callers;

/// <summary>The authenticated user and device behind a request or a socket.</summary>
/// <param name="DeviceId">Empty for a token of an outside issuer, until <see cref="ICallerCheck.OnDeviceAsync"/> names the device.</param>
/// <param name="ExpiresAt">When the token it was made from ends.</param>
internal sealed record Caller(Guid UserId, Guid DeviceId, Guid SessionId, ServerRole Role, DateTimeOffset ExpiresAt);

/// <summary>Hook: turns a token into a caller. Implemented by Accounts.</summary>
internal interface ICallerCheck
{
    /// <exception cref="RefusedException">INVALID_TOKEN, TOKEN_EXPIRED or DEVICE_REVOKED.</exception>
    Task<Caller> CheckTokenAsync(string token, CancellationToken ct);

    /// <summary>Names the device of a caller whose token names none: by the header <c>X-Device-Id</c>, or by the socket's path.</summary>
    /// <exception cref="RefusedException">DEVICE_NOT_FOUND, PERMISSION_DENIED when it is somebody else's, DEVICE_REVOKED.</exception>
    Task<Caller> OnDeviceAsync(Caller caller, Guid deviceId, CancellationToken ct);

    /// <summary>Spends a one-use ticket.</summary>
    /// <exception cref="RefusedException">INVALID_TOKEN when it is unknown, spent or older than 30 s.</exception>
    Task<Caller> SpendTicketAsync(string ticket, CancellationToken ct);
}

/// <summary>Hook: a user's devices, or their keys, have changed. Called inside the transaction that changes them.</summary>
/// <remarks>Implemented by Conversations, which raises the roster version of each of the user's conversations.</remarks>
internal interface IDeviceListChanged
{
    /// <summary>As below, for what rosters hold beside devices: blocks, and who gives read receipts. Nobody is told.</summary>
    Task<Action> RosterFactsChangedAsync(Storage.Session session, Guid userId);

    /// <summary>Writes what must change; the returned action is called after the commit and must not throw.</summary>
    Task<Action> DeviceListChangedAsync(Storage.Session session, Guid userId, Guid? newDeviceId);
}

/// <summary>Hook: a device was logged out or removed. Called after the commit; must be quick and must not throw.</summary>
internal interface IDeviceShutOut
{
    void DeviceShutOut(Guid deviceId);
}

/// <summary>Hook: somebody has just blocked somebody. Called after the commit.</summary>
internal interface IUserBlocked
{
    Task UserBlockedAsync(Guid userId, Guid blockedId);
}

/// <summary>Hook: a user is being erased. Every module that holds something of the user implements it.</summary>
internal interface IUserErased
{
    /// <summary>Erases what this module holds. Must bear being run again: a crash in the middle is resumed at the next start.</summary>
    Task EraseUserAsync(Guid userId, CancellationToken ct);
}
