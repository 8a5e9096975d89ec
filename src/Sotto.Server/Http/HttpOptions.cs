namespace Sotto.Server.Http;

/// <summary>The REST side as a whole. Section <c>Sotto:Http</c>.</summary>
internal sealed class HttpOptions
{
    public const string Section = "Sotto:Http";

    /// <summary>
    /// Proxies in front of the server, as addresses or networks such as <c>10.0.0.0/8</c>, separated by spaces. Only from these do
    /// <c>X-Forwarded-For</c>, <c>-Proto</c> and <c>-Host</c> count; from anybody else they are passed over.
    /// </summary>
    public string TrustedProxies { get; set; } = "";

    /// <summary>
    /// Web pages of which other origins may call the API, such as <c>https://app.example.org</c>, separated by spaces; <c>*</c> for all. Tokens travel in
    /// headers that no browser sends by itself, so this opens nothing to a page that has no token.
    /// </summary>
    public string AllowedOrigins { get; set; } = "";
}
