using System.Text;
using Microsoft.Extensions.Options;
using Sotto.Contracts;
using Sotto.Server.Http;

namespace Sotto.Server.Attachments;

/// <summary>
/// The words of tus 1.0 (https://tus.io/protocols/resumable-upload), which resumable uploads are told in; <c>OPTIONS /attachments/</c> says which of
/// them are understood.
/// </summary>
internal sealed class Tus(IOptions<AttachmentsOptions> options)
{
    public const string Version = "1.0.0";
    public const string Extensions = "creation,expiration,termination";
    public const string Resumable = "Tus-Resumable";
    public const string Offset = "Upload-Offset";
    public const string Length = "Upload-Length";
    public const string Metadata = "Upload-Metadata";
    public const string Expires = "Upload-Expires";
    public const string Media = "application/offset+octet-stream";

    public static void Map(Routes routes) =>
        routes.Options("/attachments/", "Tells a tus client what is understood.")
            .For(Access.Anyone)
            .Handle((Tus use, Call call) => use.Describe(call.Http.Response));

    /// <summary>Every answer names the version, refusals too; what names another one is refused.</summary>
    /// <exception cref="RefusedException">TUS_VERSION_UNSUPPORTED.</exception>
    public static void Speak(HttpContext http)
    {
        http.Response.OnStarting(
            static state =>
            {
                ((HttpContext)state).Response.Headers[Resumable] = Version;
                return Task.CompletedTask;
            },
            http);
        if (http.Request.Headers[Resumable] is [{ } spoken] && spoken != Version)
        {
            http.Response.OnStarting(() =>
            {
                http.Response.Headers["Tus-Version"] = Version;
                return Task.CompletedTask;
            });
            throw Errors.TusVersionUnsupported.Because("Of tus, this server speaks version 1.0.0.", (Resumable, "must be " + Version));
        }
    }

    /// <summary>A header that is a whole number; null when it isn't there.</summary>
    /// <exception cref="RefusedException">VALIDATION_ERROR.</exception>
    public static long? Number(HttpRequest request, string name)
    {
        if (request.Headers[name] is not [{ } text])
        {
            return null;
        }

        return long.TryParse(text, System.Globalization.NumberStyles.None, null, out var value)
            ? value
            : throw Errors.ValidationError.Because($"{name} must be a whole number.", (name, "must be a whole number"));
    }

    /// <summary>What a tus client tells in headers when it creates an upload; null when it is none. Its file name isn't kept.</summary>
    /// <exception cref="RefusedException">VALIDATION_ERROR.</exception>
    public static NewAttachment? ReadCreation(HttpRequest request)
    {
        if (Number(request, Length) is not { } size)
        {
            return null;
        }

        var metadata = request.Headers[Metadata].ToString().Split(',', StringSplitOptions.TrimEntries)
            .Select(pair => pair.Split(' ', 2)).Where(pair => pair.Length == 2).DistinctBy(pair => pair[0]).ToDictionary(pair => pair[0], pair => Decode(pair[1]));
        return new NewAttachment(size, metadata.GetValueOrDefault("content_type") ?? metadata.GetValueOrDefault("filetype"), metadata.GetValueOrDefault("sha256"));
    }

    private static string Decode(string base64)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(base64));
        }
        catch (FormatException)
        {
            throw Errors.ValidationError.Because($"{Metadata} must be pairs of a key and a base64 value.", (Metadata, "must be pairs of a key and a base64 value"));
        }
    }

    private Task Describe(HttpResponse response)
    {
        response.Headers[Tus.Resumable] = Tus.Version;
        response.Headers["Tus-Version"] = Tus.Version;
        response.Headers["Tus-Extension"] = Tus.Extensions;
        response.Headers["Tus-Max-Size"] = options.Value.LargestFile.ToString();
        return Task.CompletedTask;
    }
}
