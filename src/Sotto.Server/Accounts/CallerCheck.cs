using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Storage;

namespace Sotto.Server.Accounts;

/// <summary>Turns tokens and tickets into callers, and asks each time whether their session still lives.</summary>
internal sealed class CallerCheck(AccessTokens tokens, OutsideIssuer outside, Liveness liveness, SessionStore store, TimeProvider clock) : ICallerCheck
{
    public static readonly TimeSpan TicketLife = TimeSpan.FromSeconds(30);
    private const int TicketBytes = 32;

    public async Task<Caller> CheckTokenAsync(string token, CancellationToken ct)
    {
        var parsed = AccessTokens.Parse(token);
        if (outside.Answers(parsed))
        {
            var (user, expiresAt) = await outside.ReadAsync(parsed, ct);
            return new Caller(user.Id, Guid.Empty, Guid.Empty, EnumText.Parse<ServerRole>(user.Role), expiresAt);
        }

        var content = await tokens.ReadAsync(parsed, ct);
        return await AliveAsync(content.UserId, content.DeviceId, content.SessionId, content.ExpiresAt, ct);
    }

    public async Task<Caller> OnDeviceAsync(Caller caller, Guid deviceId, CancellationToken ct)
    {
        var device = DeviceList.MustBeOwn(await liveness.DeviceAsync(deviceId, ct), caller.UserId);
        return caller with { DeviceId = device.Id };
    }

    public async Task<Caller> SpendTicketAsync(string ticket, CancellationToken ct)
    {
        var row = ticket.Length == Base64Url.GetEncodedLength(TicketBytes) ? await store.SpendTicketAsync(Hash(ticket), ct) : null;
        if (row is null || row.ExpiresAt < clock.NowMs())
        {
            throw Errors.InvalidToken.Because("This ticket is unknown, spent or too old; ask for a new one.");
        }

        var expiresAt = Times.FromMs(row.TokenExpiresAt);
        if (row.SessionId == Guid.Empty)
        {
            // Made by a caller of the outside issuer, whom no session stands for.
            var user = await outside.FindAsync(row.UserId, ct) ?? throw Gone();
            var caller = new Caller(row.UserId, Guid.Empty, Guid.Empty, EnumText.Parse<ServerRole>(user.Role), expiresAt);
            return row.DeviceId == Guid.Empty ? caller : await OnDeviceAsync(caller, row.DeviceId, ct);
        }

        return await AliveAsync(row.UserId, row.DeviceId, row.SessionId, expiresAt, ct);
    }

    /// <summary>A ticket for this caller; only its hash is kept.</summary>
    public async Task<Ticket> MakeTicketAsync(Caller caller, CancellationToken ct)
    {
        var text = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TicketBytes));
        var now = clock.NowMs();
        var row = new TicketRow
        {
            Hash = Hash(text), UserId = caller.UserId, DeviceId = caller.DeviceId, SessionId = caller.SessionId,
            ExpiresAt = now + (long)TicketLife.TotalMilliseconds, TokenExpiresAt = caller.ExpiresAt.ToUnixTimeMilliseconds(),
        };
        await store.AddTicketAsync(row, now, ct);
        return new Ticket(text, (int)TicketLife.TotalSeconds);
    }

    private async Task<Caller> AliveAsync(Guid userId, Guid deviceId, Guid sessionId, DateTimeOffset expiresAt, CancellationToken ct) =>
        await liveness.SessionAsync(sessionId, ct) is { } live && live.UserId == userId && live.DeviceId == deviceId
            ? new Caller(userId, deviceId, sessionId, live.Role, expiresAt)
            : throw Gone();

    private static RefusedException Gone() => Errors.DeviceRevoked.Because("This device was logged out or removed; log in again.");

    private static byte[] Hash(string ticket) => SHA256.HashData(Encoding.ASCII.GetBytes(ticket));
}
