using System.ComponentModel.DataAnnotations;

namespace Sotto.Server.Accounts;

/// <summary>Access tokens: the server's own, and those of an outside issuer. Section <c>Sotto:Auth</c>.</summary>
internal sealed class AuthOptions
{
    public const string Section = "Sotto:Auth";

    /// <summary>The <c>iss</c> and <c>aud</c> of the server's own tokens.</summary>
    [MinLength(1)]
    public string Issuer { get; set; } = "sotto";

    /// <summary>How long an access token lives.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan AccessTokenLife { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>After this time a new signing key is made; the old one stays published until its last token has ended.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00")]
    public TimeSpan SigningKeyLife { get; set; } = TimeSpan.FromDays(30);

    /// <summary>A trusted outside issuer (OpenID Connect), such as <c>https://id.example.org/realms/main</c>. Empty: none.</summary>
    public string Authority { get; set; } = "";

    /// <summary>The <c>aud</c> that the outside issuer's tokens must carry. Required with <see cref="Authority"/>.</summary>
    public string Audience { get; set; } = "";

    /// <summary>The signature algorithms accepted from the outside issuer, separated by spaces. The server's own tokens are ES256 always.</summary>
    public string Algorithms { get; set; } = "ES256 ES384 RS256 PS256";
}
