using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Sotto.Bench;

/// <summary>The least that a relay can be, in a process of its own: Kestrel, two sockets, and what comes in on one goes out on the other as it is.</summary>
internal static class BareRelay
{
    public const string Verb = "bare-relay";

    private static readonly TaskCompletionSource<WebSocket> Left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private static readonly TaskCompletionSource<WebSocket> Right = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static async Task RunAsync(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.Logging.ClearProviders();
        await using var app = builder.Build();
        app.UseWebSockets();
        app.MapGet("/readyz", () => "ok");
        app.Map("/left", context => CarryAsync(context, Left, Right.Task));
        app.Map("/right", context => CarryAsync(context, Right, Left.Task));
        await app.RunAsync();
    }

    private static async Task CarryAsync(HttpContext context, TaskCompletionSource<WebSocket> here, Task<WebSocket> there)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        here.SetResult(socket);
        var other = await there;
        var buffer = new byte[64 * 1024];
        while (socket.State == WebSocketState.Open)
        {
            var result = await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
            await other.SendAsync(buffer.AsMemory(0, result.Count), result.MessageType, result.EndOfMessage, context.RequestAborted);
        }
    }
}
