using Microsoft.AspNetCore.Http.Features;
using Sotto.Contracts;
using Sotto.Server.Callers;

namespace Sotto.Server.Sockets;

/// <summary>
/// Where sockets come in: <c>/api/v1/chat/ws/{device_id}</c>, and <c>/api/v1/calls/{call_id}/signaling</c>, before any other middleware. A socket that
/// may not stay is accepted and then closed, so that its client learns why.
/// </summary>
internal sealed class SocketDoor(SocketHost host, IHostApplicationLifetime lifetime)
{
    public const string ChatPath = "/api/v1/chat/ws/";

    /// <summary>Puts our stream between the connection and the WebSocket library; must come before the library's own middleware.</summary>
    public void Prepare(HttpContext context)
    {
        if (IsForThisDoor(context.Request.Path.Value ?? "") && context.Features.Get<IHttpUpgradeFeature>() is { } inner)
        {
            context.Features.Set<IHttpUpgradeFeature>(new Upgrade(inner, host.Clock));
        }
    }

    /// <returns>False when the request is not for this door.</returns>
    public async Task<bool> EnterAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        if (!IsForThisDoor(path))
        {
            return false;
        }

        if (!context.WebSockets.IsWebSocketRequest)
        {
            throw Errors.ValidationError.Because("This path takes WebSocket connections only.", ("upgrade", "must be websocket"));
        }

        if (!IsAllowed(context.Request))
        {
            throw Errors.PermissionDenied.Because("Pages of this origin may not open a socket here.", ("origin", "is not allowed"));
        }

        if (host.IsStopping)
        {
            throw Errors.Unavailable.Because("The server is restarting; come back in a moment.").After(TimeSpan.FromSeconds(2));
        }

        var isSignalling = !path.StartsWith(ChatPath, StringComparison.Ordinal);
        var deviceText = !isSignalling ? path[ChatPath.Length..].TrimEnd('/') : context.Request.Query["device_id"].ToString();
        await RunAsync(context, deviceText, isSignalling);
        return true;
    }

    private async Task RunAsync(HttpContext context, string deviceText, bool isSignalling)
    {
        var upgrade = (Upgrade)context.Features.GetRequiredFeature<IHttpUpgradeFeature>();
        using var webSocket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { KeepAliveInterval = Timeout.InfiniteTimeSpan });
        var hasDevice = Guid.TryParseExact(deviceText, "D", out var device);
        using var socket = new DeviceSocket(upgrade.Stream, webSocket, host, hasDevice ? device : null, context.Abort);
        Caller? caller = null;
        if ((!hasDevice && deviceText.Length > 0) || (!hasDevice && !isSignalling))
        {
            socket.Close(CloseCodes.NotFound);
        }
        else
        {
            caller = await FromUrlAsync(context.Request, socket, hasDevice ? device : null, context.RequestAborted);
        }

        await socket.RunAsync(caller, lifetime.ApplicationStopping);
    }

    private async Task<Caller?> FromUrlAsync(HttpRequest request, DeviceSocket socket, Guid? device, CancellationToken ct)
    {
        try
        {
            return request.Query["token"] is [{ Length: > 0 } token] ? await host.CheckAsync(token, device, ct)
                : request.Query["ticket"] is [{ Length: > 0 } ticket] ? await host.SpendAsync(ticket, device, ct)
                : null;
        }
        catch (RefusedException refused)
        {
            socket.Close(SocketHost.CloseCodeFor(refused));
            return null;
        }
    }

    private static bool IsForThisDoor(string path) =>
        path.StartsWith(ChatPath, StringComparison.Ordinal)
        || (path.StartsWith("/api/v1/calls/", StringComparison.Ordinal) && path.TrimEnd('/').EndsWith("/signaling", StringComparison.Ordinal));

    private bool IsAllowed(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        return origin.Length == 0
            || host.Options.AllowedOrigins.Contains("*")
            || host.Options.AllowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase)
            || (Uri.TryCreate(origin, UriKind.Absolute, out var from) && string.Equals(from.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }

    private sealed class Upgrade(IHttpUpgradeFeature inner, TimeProvider clock) : IHttpUpgradeFeature
    {
        public SocketStream Stream { get; private set; } = null!;

        public bool IsUpgradableRequest => inner.IsUpgradableRequest;

        public async Task<Stream> UpgradeAsync() => Stream = new SocketStream(await inner.UpgradeAsync(), clock);
    }
}
