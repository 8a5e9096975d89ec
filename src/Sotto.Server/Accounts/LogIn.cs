using Sotto.Contracts;
using Sotto.Server.Http;
using Sotto.Server.Limits;
using Sotto.Server.Sockets;

namespace Sotto.Server.Accounts;

/// <summary>Signs in: POST /auth/login. Failures count for the account and for the address; what is open already stays open.</summary>
internal sealed class LogIn(Sessions sessions, Passwords passwords, RateLimits limits, UserStore users)
{
    public static void Map(Routes routes, CommandMap commands) =>
        routes.Post("/auth/login", "Signs in, on a known device or on a new one.")
            .For(Access.Anyone).Gives<SignedIn>()
            .Refuses(
                Errors.InvalidCredentials, Errors.DeviceNotFound, Errors.DeviceRevoked, Errors.PermissionDenied, Errors.TooManyDevices, Errors.RateLimited)
            .Handle((LogIn use, Call call, Credentials body) => use.LogInAsync(body, LimitKey.From(call.Http.Connection.RemoteIpAddress), call.Ct));

    public async Task<SignedIn> LogInAsync(Credentials body, LimitKey address, CancellationToken ct)
    {
        new Check().Required(body.Username, "username").Required(body.Password, "password").Describes(body.Device).Done();
        var name = UserName.Normal(body.Username!);
        if (!UserName.IsValid(name) || body.Password!.Length > Passwords.Longest)
        {
            throw Wrong();
        }

        var user = await CheckedAsync(name, body.Password, address, ct);
        return await sessions.OpenAsync(async session => await UserStore.FindAsync(session, user.Id) ?? throw Wrong(), body.DeviceId, body.Device, ct);
    }

    /// <summary>Each attempt counts as a failure until it turns out to be none, so that many at once can't slip through.</summary>
    private async Task<UserRow> CheckedAsync(string name, string password, LimitKey address, CancellationToken ct)
    {
        limits.Take(Limit.AddressLogins, address);
        if (limits.TryTake(Limit.AccountLogins, name) is { Ok: false } refused)
        {
            limits.GiveBack(Limit.AddressLogins, address);
            throw Errors.RateLimited.Because("Too many failed logins of this account; wait a while.", ("limit", Limit.AccountLogins.Name)).After(refused.Wait);
        }

        var failed = false;
        try
        {
            var user = await users.FindByNameAsync(name, ct);
            var answer = await passwords.CheckAsync(user?.PasswordHash, password, ct);
            failed = answer == PasswordAnswer.Wrong || user is null;
            if (failed)
            {
                throw Wrong();
            }

            if (answer == PasswordAnswer.RightButOld)
            {
                await users.SetPasswordAsync(user!.Id, await passwords.HashAsync(password, ct), ct);
            }

            return user!;
        }
        finally
        {
            if (!failed)
            {
                limits.GiveBack(Limit.AddressLogins, address);
                limits.GiveBack(Limit.AccountLogins, name);
            }
        }
    }

    private static RefusedException Wrong() => Errors.InvalidCredentials.Because("User name and password don't match.");
}
