using System.Buffers;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;

namespace Sotto.Contract.Tests.Stage;

/// <summary>A client's end of one WebSocket. It reads from the moment it is open and keeps every frame; a frame that a test has waited for is taken out.</summary>
public sealed class Socket : IAsyncDisposable
{
    /// <summary>What comes by itself at any moment, and is no answer to what a test did.</summary>
    private static readonly HashSet<string> Ambient = ["pong", "user_status", "auth_ok", "sync_complete", "token_expiring", "device_list_changed"];

    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _framesLock = new();
    private readonly List<Frame> _waiting = [];
    private readonly List<Frame> _all = [];
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _reading = Task.CompletedTask;
    private Exception? _fault;
    private bool _ended;
    private int _requests;

    private Socket()
    {
        // The protocol's own pings come from the server.
        _socket.Options.KeepAliveInterval = TimeSpan.Zero;
    }

    /// <summary>The code the server closed with; null while open, and when the connection just broke.</summary>
    public int? CloseCode { get; private set; }

    /// <summary>Every frame that ever came, in order.</summary>
    public IReadOnlyList<Frame> All
    {
        get
        {
            lock (_framesLock)
            {
                return [.. _all];
            }
        }
    }

    /// <summary>Every frame that has come since the last time this was asked; forgets them.</summary>
    public IReadOnlyList<Frame> TakesAll()
    {
        lock (_framesLock)
        {
            Frame[] all = [.. _all];
            _all.Clear();
            _waiting.Clear();
            return all;
        }
    }

    /// <summary>Opens a socket at a path of the server, such as <c>/api/v1/chat/ws/{device_id}?token=…</c>.</summary>
    /// <param name="reads">Whether it reads at all; a socket that doesn't is a slow reader.</param>
    public static async Task<Socket> OpenAsync(TestServer server, string path, bool reads = true, params IEnumerable<(string Name, string Value)> headers)
    {
        var socket = new Socket();
        foreach (var (name, value) in headers)
        {
            socket._socket.Options.SetRequestHeader(name, value);
        }

        var address = new UriBuilder(new Uri(server.Address, path)) { Scheme = "ws" }.Uri;
        await socket._socket.ConnectAsync(address, CancellationToken.None).WaitAsync(Patience.Limit);
        if (reads)
        {
            socket.StartReading();
        }

        return socket;
    }

    /// <summary>Lets a socket that was opened without reading read from now on.</summary>
    public void StartReading() => _reading = ReadAsync();

    /// <summary>Sends a frame and waits for nothing. A string is sent as it is.</summary>
    public async Task SendAsync(object frame)
    {
        var text = Json.Write(frame);
        Traffic.Seen(new FrameSeen(FromServer: false, text));
        await _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None).WaitAsync(Patience.Limit);
    }

    public Task SendBytesAsync(ReadOnlyMemory<byte> bytes, WebSocketMessageType type = WebSocketMessageType.Text, bool endOfMessage = true) =>
        _socket.SendAsync(bytes, type, endOfMessage, CancellationToken.None).AsTask().WaitAsync(Patience.Limit);

    /// <summary>Sends a frame with a <c>request_id</c>, and gives the frame that answers it: the answer or an error.</summary>
    public async Task<Frame> AsksAsync(object frame)
    {
        var (id, json) = WithRequestId(frame);
        await SendAsync(json);
        return await TakesAsync(f => f.RequestId == id, $"the answer to {json[..Math.Min(json.Length, 200)]}");
    }

    /// <summary>The same, but null when the connection ends before the answer is there.</summary>
    public async Task<Frame?> AsksUnlessEndedAsync(object frame)
    {
        var (id, json) = WithRequestId(frame);
        try
        {
            await SendAsync(json);
        }
        catch (Exception fault) when (fault is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            return null;
        }

        return await FindsAsync(f => f.RequestId == id, $"the answer to {json[..Math.Min(json.Length, 200)]}");
    }

    /// <summary>Waits for an event of this type, and takes it out. <paramref name="part"/> names values that its data must hold, at any depth.</summary>
    public Task<Frame> ReceivesAsync(string type, object? part = null)
    {
        var wanted = part is null ? (System.Text.Json.JsonElement?)null : Json.Element(part);
        return TakesAsync(f => f.Type == type && (wanted is not { } w || f.Data.Holds(w)), $"{type} with {wanted?.ToString() ?? "any data"}");
    }

    public Task<Frame> ReceivesAsync(string type, Func<Frame, bool> where) => TakesAsync(f => f.Type == type && where(f), type);

    /// <summary>
    /// Waits for <paramref name="marker"/>, which was caused later, and fails if anything came before it that was not waited for and is not
    /// of the marker's own conversation.
    /// </summary>
    public Task ReceivesNothingUntilAsync(Func<Frame, bool> marker) => ReceivesNoAsync(f => !Ambient.Contains(f.Type), marker);

    /// <summary>Waits for <paramref name="until"/>, and fails if a frame that fits <paramref name="forbidden"/> came before it.</summary>
    public async Task ReceivesNoAsync(Func<Frame, bool> forbidden, Func<Frame, bool> until)
    {
        var marker = await TakesAsync(until, "the marker");
        List<Frame> earlier;
        lock (_framesLock)
        {
            var end = _all.FindIndex(f => ReferenceEquals(f, marker));
            earlier = [.. _all.Take(end).Where(f => _waiting.Exists(w => ReferenceEquals(w, f)) && forbidden(f) && !SameConversation(f, marker))];
        }

        Assert.True(earlier.Count == 0, "The socket must not have received:\n" + string.Join('\n', earlier));
    }

    /// <summary>Waits until the server has closed the socket; gives the close code, 1006 when the connection just broke.</summary>
    public async Task<int> IsClosedAsync()
    {
        var deadline = Task.Delay(Patience.Limit);
        var ended = await Task.WhenAny(_closed.Task, deadline);
        Assert.True(ended != deadline, "The server must close the socket, but it is open. It received:\n" + string.Join('\n', All));
        return CloseCode ?? 1006;
    }

    public async Task IsClosedAsync(Contracts.CloseCode code)
    {
        var got = await IsClosedAsync();
        Assert.True(got == code.Code, $"The socket must be closed with {code.Code}, but was with {got}. It received:\n" + string.Join('\n', All));
    }

    /// <summary>Closes as a polite client does.</summary>
    public async Task CloseAsync()
    {
        await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None).WaitAsync(Patience.Limit);
        await _reading.WaitAsync(Patience.Limit);
    }

    /// <summary>Cuts the connection, as a lost network does.</summary>
    public void Cut() => _socket.Abort();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _socket.Dispose();
        _stop.Dispose();
        if (_fault is { } fault)
        {
            throw new InvalidOperationException("A frame did not pass the check of traffic: " + fault.Message, fault);
        }
    }

    private static bool SameConversation(Frame frame, Frame marker) =>
        marker.Data.Text("conversation_id") is { } id && (frame.Data.Text("conversation_id") == id || frame.Data.Text("conversation.id") == id);

    private (string Id, string Json) WithRequestId(object frame)
    {
        var id = "r" + Interlocked.Increment(ref _requests).ToString(CultureInfo.InvariantCulture);
        var json = Json.Write(frame).TrimEnd();
        var comma = json.AsSpan(1).TrimStart() is "}" ? "" : ",";
        return (id, $"{{\"request_id\":\"{id}\"{comma}{json.AsSpan(1)}");
    }

    private async Task<Frame> TakesAsync(Func<Frame, bool> fits, string what)
    {
        var frame = await FindsAsync(fits, what);
        if (frame is null)
        {
            Assert.Fail($"The socket must receive {what}, but was closed with {CloseCode?.ToString(CultureInfo.InvariantCulture) ?? "no code"}. {_fault?.Message}\nIt received:\n{string.Join('\n', All)}");
        }

        return frame;
    }

    /// <summary>Waits for a frame and takes it out; null when the connection ends without one.</summary>
    private async Task<Frame?> FindsAsync(Func<Frame, bool> fits, string what)
    {
        var deadline = Task.Delay(Patience.Limit);
        while (true)
        {
            Task more;
            lock (_framesLock)
            {
                var at = _waiting.FindIndex(f => fits(f));
                if (at >= 0)
                {
                    var frame = _waiting[at];
                    _waiting.RemoveAt(at);
                    return frame;
                }

                if (_ended)
                {
                    return null;
                }

                more = _more.Task;
            }

            if (await Task.WhenAny(more, deadline) == deadline)
            {
                Assert.Fail($"The socket must receive {what}. It received:\n{string.Join('\n', All)}");
            }
        }
    }

    private async Task ReadAsync()
    {
        await Task.Yield();
        var message = new ArrayBufferWriter<byte>(4096);
        try
        {
            while (true)
            {
                var part = await _socket.ReceiveAsync(message.GetMemory(4096), _stop.Token);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    CloseCode = (int?)_socket.CloseStatus;
                    Ended();
                    if (_socket.State == WebSocketState.CloseReceived)
                    {
                        await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", _stop.Token);
                    }

                    break;
                }

                message.Advance(part.Count);
                if (part.EndOfMessage)
                {
                    Keep(Encoding.UTF8.GetString(message.WrittenSpan));
                    message.ResetWrittenCount();
                }
            }
        }
        catch (Exception fault) when (fault is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            CloseCode ??= (int?)_socket.CloseStatus;
        }
        catch (Exception fault)
        {
            _fault = fault;
        }

        Ended();
    }

    private void Ended()
    {
        lock (_framesLock)
        {
            _ended = true;
            _more.TrySetResult();
        }

        _closed.TrySetResult();
    }

    private void Keep(string text)
    {
        var frame = new Frame(Json.Element(text));
        lock (_framesLock)
        {
            _all.Add(frame);
            _waiting.Add(frame);
            _more.TrySetResult();
            _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        Traffic.Seen(new FrameSeen(FromServer: true, text));
    }
}
