using Microsoft.Extensions.Options;
using Sotto.Contracts;
using Sotto.Server.Http;
using Sotto.Server.Limits;
using Sotto.Server.Sockets;
using Sotto.Server.Storage;

namespace Sotto.Server.Accounts;

/// <summary>Makes an account and signs in: POST /auth/register. With the set-up code it is the first administrator's.</summary>
internal sealed class Register(
    Sessions sessions, Passwords passwords, RateLimits limits, SetupCode setup, IOptions<AccountOptions> options, TimeProvider clock)
{
    public static void Map(Routes routes, CommandMap commands) =>
        routes.Post("/auth/register", "Makes an account and signs in on a first device.")
            .For(Access.Anyone).Created().Once()
            .Refuses(Errors.UsernameTaken, Errors.PermissionDenied, Errors.InvalidCredentials, Errors.SetupDone, Errors.RateLimited)
            .Handle((Register use, Call call, Registration body) => use.RegisterAsync(body, LimitKey.From(call.Http.Connection.RemoteIpAddress), call.Ct));

    public async Task<SignedIn> RegisterAsync(Registration body, LimitKey address, CancellationToken ct)
    {
        var name = body.Username is { } typed ? UserName.Normal(typed) : null;
        var shown = body.DisplayName?.Trim() is { Length: > 0 } called ? called : name;
        new Check()
            .Name(name, "username")
            .Required(body.Password, "password").Length(body.Password, "password", Passwords.Shortest, Passwords.Longest)
            .Label(shown, "display_name", UserName.LongestDisplayName)
            .Describes(body.Device)
            .AtMost(body.SetupCode, "setup_code", 100)
            .Done();
        if (!options.Value.OpenRegistration && body.SetupCode is null)
        {
            throw Errors.PermissionDenied.Because("This server doesn't let people register by themselves.");
        }

        limits.Take(Limit.Registrations, address);
        var hash = await passwords.HashAsync(body.Password!, ct);
        var signedIn = await sessions.OpenAsync(
            async session =>
            {
                if (body.SetupCode is { } code)
                {
                    await SetupCode.SpendAsync(session, code);
                }

                var user = NewUser(name!, shown!, hash, body.SetupCode is null ? ServerRole.User : ServerRole.Admin);
                return await UserStore.AddAsync(session, user)
                    ? user
                    : throw Errors.UsernameTaken.Because("Somebody has this user name.", ("username", "is taken"));
            },
            null,
            body.Device,
            ct);
        if (body.SetupCode is not null)
        {
            setup.Forget();
        }

        return signedIn;
    }

    private UserRow NewUser(string name, string shown, string hash, ServerRole role) => new()
    {
        Id = Ids.New(clock), Username = name, DisplayName = shown, PasswordHash = hash,
        Status = EnumText.Of(UserStatus.Online), Role = EnumText.Of(role),
        Discoverable = true, ReceiptsSince = 0, ShowLastSeen = true, CreatedAt = clock.NowMs(),
    };
}
