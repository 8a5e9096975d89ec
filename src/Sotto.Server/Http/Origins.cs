using Microsoft.Extensions.Options;
using Sotto.Server.Storage;

namespace Sotto.Server.Http;

/// <summary>Lets web pages of other origins call the API, where a setting names them (CORS). Without credentials of the browser's: there are none.</summary>
internal static class Origins
{
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromHours(1);

    /// <summary>What a page may read beside the body.</summary>
    private static readonly string[] Exposed =
    [
        "Location", "ETag", "Retry-After", "RateLimit", "RateLimit-Policy", "Content-Range", "Accept-Ranges", "Upload-Offset", "Upload-Length", "Upload-Expires",
        "Tus-Resumable", "Tus-Version", "Tus-Extension", "Tus-Max-Size",
    ];

    /// <exception cref="CannotStartException">An entry is no origin.</exception>
    public static void UseAllowedOrigins(this WebApplication app)
    {
        var allowed = app.Services.GetRequiredService<IOptions<HttpOptions>>().Value.AllowedOrigins.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
        if (allowed.Length == 0)
        {
            return;
        }

        if (allowed.FirstOrDefault(entry => entry != "*" && !IsOrigin(entry)) is { } wrong)
        {
            throw new CannotStartException($"the setting {HttpOptions.Section}:{nameof(HttpOptions.AllowedOrigins)} is wrong: '{wrong}' is no origin such as https://app.example.org.");
        }

        app.UseCors(policy =>
        {
            _ = allowed.Contains("*") ? policy.AllowAnyOrigin() : policy.WithOrigins(allowed);
            policy.AllowAnyHeader().AllowAnyMethod().WithExposedHeaders(Exposed).SetPreflightMaxAge(AskAgainAfter);
        });
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.GetLeftPart(UriPartial.Authority) == text.TrimEnd('/');
}
