using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sotto.Bench;

/// <summary>One person with one device, as thin as can be: the load must not cost more than what is measured.</summary>
internal sealed class BenchClient(ServerProcess server, string token, Guid userId, Guid deviceId) : IDisposable
{
    private readonly ClientWebSocket _socket = new() { Options = { KeepAliveInterval = TimeSpan.Zero } };
    private readonly byte[] _buffer = new byte[64 * 1024];

    public Guid UserId => userId;

    public Guid DeviceId => deviceId;

    /// <summary>Where the device's socket is, with its token.</summary>
    public string SocketPath => $"/api/v1/chat/ws/{deviceId}?token={token}";

    public static async Task<BenchClient> RegisterAsync(ServerProcess server, string name)
    {
        var answer = await server.Http.PostAsJsonAsync("/api/v1/auth/register", new { username = name, password = "correct horse" });
        var body = (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonObject>())!;
        return new BenchClient(
            server, body["access_token"]!.GetValue<string>(), body["user"]!["id"]!.GetValue<Guid>(), body["device"]!["id"]!.GetValue<Guid>());
    }

    public async Task<JsonNode> RestAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await server.Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonNode.Parse(text.Length == 0 ? "{}" : text)! : throw new InvalidOperationException($"{method} {path}: {text}");
    }

    /// <summary>One page of what was missed: how many events, and the last one's seq. Read as thinly as the load allows: the document is walked once.</summary>
    public async Task<(int Events, long LastSeq)> SyncAsync(int limit)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/sync?limit={limit}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await server.Http.SendAsync(request);
        using var page = JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync());
        var data = page.RootElement.GetProperty("data");
        var count = data.GetArrayLength();
        return (count, count == 0 ? 0 : data[count - 1].GetProperty("data").GetProperty("seq").GetInt64());
    }

    public async Task ConnectAsync()
    {
        await OpenAsync($"/api/v1/chat/ws/{deviceId}", "token=" + token);
        while (!(await ReceiveAsync()).Contains("sync_complete", StringComparison.Ordinal))
        {
            // What comes before it is the history.
        }
    }

    /// <summary>Only opens the socket, wherever it is.</summary>
    public Task OpenAsync(string path, string query) =>
        _socket.ConnectAsync(new UriBuilder(server.Address) { Scheme = "ws", Path = path, Query = query }.Uri, CancellationToken.None);

    public ValueTask SendAsync(ReadOnlyMemory<byte> frame) => _socket.SendAsync(frame, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    /// <summary>The next frame's bytes, valid until the next call.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReceiveBytesAsync()
    {
        var length = 0;
        while (true)
        {
            var result = await _socket.ReceiveAsync(_buffer.AsMemory(length), CancellationToken.None);
            if (result.MessageType == WebSocketMessageType.Close)
            {
                throw new InvalidOperationException($"The server closed with {(int?)_socket.CloseStatus}.");
            }

            length += result.Count;
            if (result.EndOfMessage)
            {
                return _buffer.AsMemory(0, length);
            }
        }
    }

    public async ValueTask<string> ReceiveAsync() => Encoding.UTF8.GetString((await ReceiveBytesAsync()).Span);

    public void Dispose() => _socket.Dispose();
}
