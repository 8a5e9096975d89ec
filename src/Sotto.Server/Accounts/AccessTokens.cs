using System.Globalization;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Sotto.Contracts;
using Sotto.Server.Storage;

namespace Sotto.Server.Accounts;

/// <summary>What an access token of this server says.</summary>
internal sealed record AccessTokenContent(Guid UserId, Guid DeviceId, Guid SessionId, DateTimeOffset ExpiresAt);

/// <summary>Makes and reads the server's own access tokens: JWT, ES256 and nothing else.</summary>
internal sealed class AccessTokens(SigningKeys keys, IOptions<AuthOptions> options, TimeProvider clock)
{
    public const int LongestToken = 8 * 1024;

    // Clocks of two nodes may differ by so much.
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = LongestToken, SetDefaultTimesOnTokenCreation = false };

    public int LifeSeconds => (int)options.Value.AccessTokenLife.TotalSeconds;

    public async Task<string> MakeAsync(Guid userId, Guid deviceId, Guid sessionId, CancellationToken ct)
    {
        var key = await keys.CurrentAsync(ct);
        var now = clock.GetUtcNow();
        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = options.Value.Issuer,
            Audience = options.Value.Issuer,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = (now + options.Value.AccessTokenLife).UtcDateTime,
            Claims = new Dictionary<string, object>
            {
                ["sub"] = userId.ToString(),
                ["did"] = deviceId.ToString(),
                ["sid"] = sessionId.ToString(),
                ["jti"] = Ids.New(clock).ToString(),
            },
            SigningCredentials = new SigningCredentials(key.Key, SecurityAlgorithms.EcdsaSha256),
        });
    }

    /// <summary>The token in its parts, nothing verified yet.</summary>
    /// <exception cref="RefusedException">INVALID_TOKEN when it has not the form of one.</exception>
    public static JsonWebToken Parse(string token)
    {
        try
        {
            return token.Length is > 0 and <= LongestToken ? new JsonWebToken(token) : throw Invalid();
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or SecurityTokenException or System.Text.Json.JsonException)
        {
            throw Invalid();
        }
    }

    /// <exception cref="RefusedException">INVALID_TOKEN or TOKEN_EXPIRED.</exception>
    public async Task<AccessTokenContent> ReadAsync(JsonWebToken token, CancellationToken ct)
    {
        var key = token.Kid is { Length: > 0 and <= 64 } id ? await keys.FindAsync(id, ct) : null;
        if (key is null)
        {
            throw Invalid();
        }

        var result = await _handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            IssuerSigningKey = key.Key,
            ValidIssuer = options.Value.Issuer,
            ValidAudience = options.Value.Issuer,
            RequireSignedTokens = true,

            LifetimeValidator = HasEnd,
        });
        if (!result.IsValid
            || !TryReadId(token, "sub", out var userId) || !TryReadId(token, "did", out var deviceId) || !TryReadId(token, "sid", out var sessionId))
        {
            throw Invalid();
        }

        return new AccessTokenContent(userId, deviceId, sessionId, MustBeLive(token, clock));
    }

    /// <summary>All that the library judges of a token's life; the rest is <see cref="MustBeLive"/>, by the server's own clock.</summary>
    public static bool HasEnd(DateTime? begins, DateTime? ends, SecurityToken token, TokenValidationParameters parameters) => ends is not null;

    /// <summary>When the token ends.</summary>
    /// <exception cref="RefusedException">TOKEN_EXPIRED; INVALID_TOKEN when it names no end or hasn't begun.</exception>
    public static DateTimeOffset MustBeLive(JsonWebToken token, TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        if (!TryReadTime(token, "exp", out var expires) || (TryReadTime(token, "nbf", out var begins) && begins > now + Skew))
        {
            throw Invalid();
        }

        return expires > now ? expires : throw Errors.TokenExpired.Because("The access token has expired; refresh it.");
    }

    public static RefusedException Invalid() => Errors.InvalidToken.Because("The access token is not valid.");

    private static bool TryReadId(JsonWebToken token, string claim, out Guid id)
    {
        id = default;
        return token.TryGetPayloadValue<string>(claim, out var text) && Guid.TryParseExact(text, "D", out id);
    }

    private static bool TryReadTime(JsonWebToken token, string claim, out DateTimeOffset time)
    {
        time = default;
        if (!token.TryGetPayloadValue<object>(claim, out var value)
            || !double.TryParse(Convert.ToString(value, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture, out var seconds)
            || seconds is not (>= 0 and < 253_402_300_799))
        {
            return false;
        }

        time = DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000));
        return true;
    }
}
