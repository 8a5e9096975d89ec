using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using Sotto.Contracts;
using Sotto.Server.Storage;

namespace Sotto.Server.Accounts;

/// <summary>A trusted outside issuer of tokens: verifies them by its published keys, and makes a user of each <c>sub</c> at first sight.</summary>
internal sealed class OutsideIssuer(UserStore users, Database database, IOptions<AuthOptions> options, TimeProvider clock)
{
    private const int Attempts = 5;
    private const int LongestSubject = 255;

    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = AccessTokens.LongestToken };
    private readonly BriefCache<string, UserRow> _users = new(clock);
    private readonly ConfigurationManager<OpenIdConnectConfiguration>? _published = options.Value.Authority is { Length: > 0 } authority
        ? new ConfigurationManager<OpenIdConnectConfiguration>(
            authority.TrimEnd('/') + "/.well-known/openid-configuration",
            new OpenIdConnectConfigurationRetriever(),
            new HttpDocumentRetriever { RequireHttps = !authority.StartsWith("http://", StringComparison.OrdinalIgnoreCase) })
        : null;

    /// <summary>Whether it is for the outside issuer to say who this is.</summary>
    public bool Answers(JsonWebToken token) => _published is not null && token.Issuer != options.Value.Issuer;

    /// <exception cref="RefusedException">INVALID_TOKEN, TOKEN_EXPIRED; UNAVAILABLE when the issuer's keys can't be had.</exception>
    public async Task<(UserRow User, DateTimeOffset ExpiresAt)> ReadAsync(JsonWebToken token, CancellationToken ct)
    {
        await MustPublishAsync(ct);
        var result = await _handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidAlgorithms = options.Value.Algorithms.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            ConfigurationManager = _published,
            ValidAudience = options.Value.Audience,
            RequireSignedTokens = true,

            LifetimeValidator = AccessTokens.HasEnd,
        });
        if (!result.IsValid || token.Subject is not { Length: > 0 and <= LongestSubject } subject)
        {
            throw AccessTokens.Invalid();
        }

        var expiresAt = AccessTokens.MustBeLive(token, clock);
        var user = await _users.GetAsync(token.Issuer + "\n" + subject, (_, cancel) => FindOrMakeAsync(token, subject, cancel), ct);
        return (user, expiresAt);
    }

    public Task<UserRow?> FindAsync(Guid userId, CancellationToken ct) => users.FindAsync(userId, ct);

    /// <summary>A role or an account changed.</summary>
    public void Forget() => _users.Clear();

    private async Task MustPublishAsync(CancellationToken ct)
    {
        try
        {
            await _published!.GetConfigurationAsync(ct);
        }
        catch (Exception fault) when (fault is InvalidOperationException or IOException or HttpRequestException)
        {
            throw Errors.Unavailable.Because("The issuer of this token can't be reached at the moment; try again.").After(TimeSpan.FromSeconds(5));
        }
    }

    private async Task<UserRow> FindOrMakeAsync(JsonWebToken token, string subject, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await users.FindBySubjectAsync(token.Issuer, subject, ct) is { } known)
            {
                return known;
            }

            // The issuer's name first, then one with a random end; a name may be taken, and another request may make the same user meanwhile.
            var wished = UserName.FromOutside(Claim(token, "preferred_username"));
            var name = attempt == 1 && wished is not null ? wished : $"{wished?[..Math.Min(wished.Length, 20)] ?? "user"}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
            var shown = Claim(token, "name") is { Length: > 0 and <= UserName.LongestDisplayName } called && !called.Any(char.IsControl) ? called : name;
            var user = new UserRow
            {
                Id = Ids.New(clock), Username = name, DisplayName = shown, Status = EnumText.Of(UserStatus.Online), Role = EnumText.Of(ServerRole.User),
                Discoverable = true, ReceiptsSince = 0, ShowLastSeen = true, CreatedAt = clock.NowMs(),
            };
            try
            {
                if (await database.WriteAsync(session => UserStore.AddAsync(session, user, token.Issuer, subject), ct))
                {
                    return user;
                }
            }
            catch (Exception fault) when (Dialect.IsUniqueViolation(fault) && attempt < Attempts)
            {
                continue;
            }

            if (attempt == Attempts)
            {
                throw Dialect.Unavailable();
            }
        }
    }

    private static string? Claim(JsonWebToken token, string name) => token.TryGetPayloadValue<object>(name, out var value) ? value as string : null;
}
