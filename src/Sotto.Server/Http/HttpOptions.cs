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
}
