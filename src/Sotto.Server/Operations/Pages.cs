using System.Security.Cryptography;

namespace Sotto.Server.Operations;

/// <summary>The server's own pages, from files inside the assembly: the API reference, and the set-up of the first administrator.</summary>
/// <remarks>They run under a policy that allows nothing but themselves: no other host, no inline code, no frame around them.</remarks>
internal static class Pages
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    private static readonly Dictionary<string, string> MediaTypes = new(StringComparer.Ordinal)
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".md"] = "text/markdown; charset=utf-8",
        [".svg"] = "image/svg+xml",
    };

    public static void Map(IEndpointRouteBuilder app)
    {
        Show(app, "/", "start.html");
        Show(app, "/docs", "docs.html");
        Show(app, "/admin/setup", "setup.html");
        foreach (var name in Names().Where(name => !name.EndsWith(".html", StringComparison.Ordinal) && MediaTypes.ContainsKey(Path.GetExtension(name))))
        {
            Show(app, "/pages/" + name, name);
        }
    }

    /// <summary>The text of one file of <c>Pages/</c>.</summary>
    public static string Text(string name)
    {
        using var reader = new StreamReader(Open(name));
        return reader.ReadToEnd();
    }

    private static IEnumerable<string> Names()
    {
        var prefix = Prefix();
        return typeof(Pages).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name => name[prefix.Length..]);
    }

    private static string Prefix() => typeof(Pages).Namespace + ".Pages.";

    private static Stream Open(string name) =>
        typeof(Pages).Assembly.GetManifestResourceStream(Prefix() + name) ?? throw new FileNotFoundException("The server was built without this page.", name);

    private static void Show(IEndpointRouteBuilder app, string path, string name)
    {
        using var file = Open(name);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        var tag = '"' + Convert.ToHexStringLower(SHA256.HashData(bytes))[..20] + '"';
        app.MapMethods(path, ["GET", "HEAD"], context => WriteAsync(context, bytes, MediaTypes[Path.GetExtension(name)], tag));
    }

    private static async Task WriteAsync(HttpContext context, byte[] bytes, string mediaType, string tag)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.CacheControl = "no-cache";
        headers.ETag = tag;
        if (context.Request.Headers.IfNoneMatch.ToString() == tag)
        {
            context.Response.StatusCode = 304;
            return;
        }

        headers.ContentType = mediaType;
        headers.ContentLength = bytes.Length;
        if (HttpMethods.IsGet(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        }
    }
}
