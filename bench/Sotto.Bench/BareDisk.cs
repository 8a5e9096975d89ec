using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Sotto.Bench;

/// <summary>The least that an upload can be, in a process of its own: Kestrel copies a body to a file and brings it to disk; and gives it back.</summary>
internal static class BareDisk
{
    public const string Verb = "bare-disk";

    public static async Task RunAsync(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.Logging.ClearProviders();
        builder.Services.Configure<KestrelServerOptions>(server => server.Limits.MaxRequestBodySize = null);
        await using var app = builder.Build();
        app.MapGet("/readyz", () => "ok");
        app.MapPatch("/{name}", KeepAsync);
        app.MapGet("/{name}", (HttpContext context, string name) => context.Response.SendFileAsync(name));
        app.MapDelete("/{name}", (string name) => File.Delete(name));
        await app.RunAsync();
    }

    private static async Task KeepAsync(HttpContext context, string name)
    {
        await using var file = new FileStream(name, new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, BufferSize = 0, Options = FileOptions.Asynchronous });
        await context.Request.Body.CopyToAsync(file, context.RequestAborted);
        file.Flush(flushToDisk: true);
    }
}
