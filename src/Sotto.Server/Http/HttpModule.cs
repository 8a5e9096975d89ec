using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Sotto.Contracts;
using Sotto.Server.Storage;

namespace Sotto.Server.Http;

internal static class HttpModule
{
    // What a connection may have received and not yet processed: hundreds of uploads at once mustn't fill the memory.
    private const int ReceiveBuffer = 64 * 1024;

    public static void AddHttp(this IHostApplicationBuilder builder)
    {
        // The framework's request lines hold paths and query strings, and a query string may hold a token. Off altogether, it keeps no tracing state for
        // every socket either.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.Services.AddOptions<HttpOptions>().BindConfiguration(HttpOptions.Section);
        builder.Services.Configure<KestrelServerOptions>(server => server.Limits.MaxRequestBufferSize = ReceiveBuffer);
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.MaxReadBufferSize = ReceiveBuffer);
        builder.Services.AddExceptionHandler<ErrorResponses>();
        builder.Services.AddCors();
        builder.Services.AddSingleton<IdempotencyStore>();
        builder.Services.AddSingleton<Idempotency>();
        builder.Services.AddJob<IdempotencyStore>("idempotency", TimeSpan.FromHours(1), (store, ct) => store.SweepAsync(ct));
    }

    /// <summary>The layers around every route: errors in the contract's form, and headers that every answer carries.</summary>
    public static void UseHttp(this WebApplication app)
    {
        app.UseExceptionHandler(_ => { });
        app.UseStatusCodePages(context => ErrorResponses.WriteForStatusAsync(context.HttpContext));
        app.Use((context, next) =>
        {
            context.Response.Headers.XContentTypeOptions = "nosniff";
            context.Response.Headers["Referrer-Policy"] = "no-referrer";
            return next(context);
        });
    }
}
