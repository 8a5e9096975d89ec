using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Sotto.Contracts;
using Sotto.Server.Callers;

namespace Sotto.Server.Sockets;

/// <summary>
/// Where sockets come in, before any route: see <see cref="SocketPath"/>. A socket that may not stay is accepted and then closed, so that its client
/// learns why.
/// </summary>
internal sealed class SocketDoor(SocketHost host)
{
    /// <summary>Puts our stream between the connection and the WebSocket library; must come before the library's own middleware.</summary>
    public void Prepare(HttpContext context)
    {
        if (!SocketPath.IsForSockets(context.Request.Path.Value ?? ""))
        {
            return;
        }

        var features = context.Features;
        var upgrade = new Upgrade(features.Get<IHttpUpgradeFeature>(), features.Get<IHttpExtendedConnectFeature>(), host.Clock);
        features.Set<IHttpUpgradeFeature>(upgrade);
        features.Set<IHttpExtendedConnectFeature>(upgrade);
    }

    /// <summary>Runs the socket to its end; everything else, refusals too, goes on to <paramref name="next"/>.</summary>
    public Task EnterAsync(HttpContext context, RequestDelegate next)
    {
        if (!SocketPath.IsForSockets(context.Request.Path.Value ?? ""))
        {
            return next(context);
        }

        if (Refusal(context) is not { } refused)
        {
            return RunAsync(context);
        }

        context.Features.Set(refused);
        return next(context);
    }

    private RefusedException? Refusal(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            return Errors.ValidationError.Because("This path takes WebSocket connections only.", ("upgrade", "must be websocket"));
        }

        if (!IsAllowed(context.Request))
        {
            return Errors.PermissionDenied.Because("Pages of this origin may not open a socket here.", ("origin", "is not allowed"));
        }

        if (host.IsStopping)
        {
            return Errors.Unavailable.Because("The server is restarting; come back in a moment.").After(TimeSpan.FromSeconds(2));
        }

        return null;
    }

    private async Task RunAsync(HttpContext context)
    {
        var request = context.Request;
        var path = SocketPath.From(request.Path.Value!, request.Query["device_id"].ToString());
        var arriving = path.IsKnowable ? FromUrlAsync(request.Query["token"].ToString(), request.Query["ticket"].ToString(), path.Device) : Task.FromResult<Caller?>(null);
        var upgrade = (Upgrade)context.Features.GetRequiredFeature<IHttpUpgradeFeature>();
        using var webSocket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { KeepAliveInterval = Timeout.InfiniteTimeSpan });
        // The feature and not the context: it may still be called when the request has just ended.
        using var socket = new DeviceSocket(upgrade.Stream, webSocket, host, path, context.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>().Abort);
        if (!path.IsKnowable)
        {
            socket.Close(CloseCodes.NotFound);
        }

        Lighten(context);
        await socket.RunAsync(arriving);
    }

    private async Task<Caller?> FromUrlAsync(string token, string ticket, Guid? device) =>
        token.Length > 0 ? await host.CheckAsync(token, device, CancellationToken.None)
        : ticket.Length > 0 ? await host.SpendAsync(ticket, device, CancellationToken.None)
        : null;

    /// <summary>A socket lives for days: it needs no headers, no rates of bytes, and least of all the token in its URL.</summary>
    private static void Lighten(HttpContext context)
    {
        var features = context.Features;
        context.Request.Headers.Clear();
        if (features.Get<IHttpRequestFeature>() is { } request)
        {
            (request.RawTarget, request.QueryString) = ("", "");
            ParsedTarget.Forget(request);
        }

        context.Request.Query = QueryCollection.Empty;
        if (features.Get<IHttpMinRequestBodyDataRateFeature>() is { } reading)
        {
            reading.MinDataRate = null;
        }

        if (features.Get<IHttpMinResponseDataRateFeature>() is { } writing)
        {
            writing.MinDataRate = null;
        }
    }

    private bool IsAllowed(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        return origin.Length == 0
            || host.Options.AllowedOrigins.Contains("*")
            || host.Options.AllowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase)
            || (Uri.TryCreate(origin, UriKind.Absolute, out var from) && string.Equals(from.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Both ways in which a connection becomes a socket: the upgrade of HTTP/1.1, and HTTP/2's CONNECT, which browsers use behind TLS.</summary>
    private sealed class Upgrade(IHttpUpgradeFeature? upgrade, IHttpExtendedConnectFeature? connect, TimeProvider clock) : IHttpUpgradeFeature, IHttpExtendedConnectFeature
    {
        public SocketStream Stream { get; private set; } = null!;

        public bool IsUpgradableRequest => upgrade?.IsUpgradableRequest == true;

        public bool IsExtendedConnect => connect?.IsExtendedConnect == true;

        public string? Protocol => connect?.Protocol;

        public async Task<Stream> UpgradeAsync() => Stream = new SocketStream(await upgrade!.UpgradeAsync(), clock);

        public async ValueTask<Stream> AcceptAsync() => Stream = new SocketStream(await connect!.AcceptAsync(), clock);
    }
}
