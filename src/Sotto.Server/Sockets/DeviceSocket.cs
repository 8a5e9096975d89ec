using System.Net.WebSockets;
using Sotto.Contracts;
using Sotto.Server.Callers;

namespace Sotto.Server.Sockets;

/// <summary>
/// One WebSocket of a device: authenticate, live, closing. Its commands run one after another; a slow one stops the reading of this socket only.
/// </summary>
internal sealed class DeviceSocket(SocketStream stream, WebSocket webSocket, SocketHost host, SocketPath path, Action abort) : IDisposable
{
    private readonly long _openedAt = host.Clock.GetTimestamp();
    private readonly SocketState _state = new();
    private readonly CancellationTokenSource _ended = new();
    private Caller? _caller;
    private TimeSpan _pingedAt;
    private bool _isWarned;

    /// <summary>Who is behind it. Only after authentication.</summary>
    public Caller Caller => _caller ?? throw new InvalidOperationException("The socket is not authenticated.");

    public bool IsAuthenticated => _caller is not null;

    /// <summary>The call that the path names; commands that signal mean it where they name none.</summary>
    public Guid? CallId => path.Call;

    /// <summary>Since the client last let itself be heard, be it by a pong.</summary>
    public TimeSpan Silence => stream.Silence;

    /// <summary>Since the socket opened.</summary>
    public TimeSpan Age => host.Clock.GetElapsedTime(_openedAt);

    /// <summary>
    /// Puts a frame into the outbox; the bytes are copied, so the caller may use them again. Never waits: a reader who is too slow is closed with
    /// 4008, and comes back.
    /// </summary>
    /// <returns>False when the frame won't be sent, as the socket is closing.</returns>
    public bool TrySend(in OutboundFrame frame)
    {
        var added = stream.Outbox.TryAdd(frame);
        if (added == Enqueued.Full)
        {
            Close(CloseCodes.TooSlow);
        }

        return added == Enqueued.Yes;
    }

    /// <summary>For whoever has much to send: completes when half of the outbox is free, or the socket has ended. One frame then fits for sure, unless others send too.</summary>
    public ValueTask WaitForRoomAsync(CancellationToken ct) => stream.Outbox.WaitForRoomAsync(ct);

    /// <summary>Ends the socket with a code; the first one counts. Returns at once, and may be called by anyone at any time.</summary>
    public void Close(CloseCode code)
    {
        if (_state.TryClose(Age))
        {
            End(code);
        }
    }

    /// <summary>For the end of the process: a command that was begun is finished and answered, then 1012.</summary>
    public void CloseForRestart()
    {
        if (_state.TryClose(Age, sparesCommand: true))
        {
            End(CloseCodes.Restart);
        }
    }

    /// <summary>Runs the socket until its end.</summary>
    /// <param name="fromUrl">Who the URL says it is; null when a first frame must tell.</param>
    public async Task RunAsync(Task<Caller?> fromUrl)
    {
        host.Registry.Opened(this);
        using var reader = new FrameReader(webSocket);
        try
        {
            if (host.IsStopping)
            {
                CloseForRestart();
            }

            if (await EnterAsync(fromUrl, reader))
            {
                await LiveAsync(reader);
            }

            await CloseAsync(reader);
        }
        finally
        {
            host.Registry.Closed(this);
            stream.Outbox.Close();
        }
    }

    public void Dispose() => _ended.Dispose();

    /// <summary>Called by the wheel about once a second.</summary>
    public void Tick()
    {
        var age = Age;
        var times = new SocketTimes(
            age, stream.Silence, stream.Outbox.Stuck, age - _pingedAt, age - _state.ClosingAt, _caller?.ExpiresAt - host.Clock.GetUtcNow(), _isWarned);
        switch (Heartbeat.Look(times, host.Options))
        {
            case Due.Abort:
                abort();
                break;
            case Due.CloseTooSlow:
                Close(CloseCodes.TooSlow);
                break;
            case Due.CloseUnauthenticated:
                Close(CloseCodes.AuthenticationFailed);
                break;
            case Due.WarnOfExpiry:
                _isWarned = true;
                TrySend(OutboundFrame.Of("token_expiring", new TokenExpiring((int)times.ToExpiry!.Value.TotalSeconds)));
                break;
            case Due.Ping:
                _pingedAt = age;
                stream.Outbox.AddPing();
                break;
            default:
                break;
        }
    }

    /// <summary>A fresh token for the same device extends the socket's life.</summary>
    public async Task<AuthOk> ExtendAsync(string token, CancellationToken ct)
    {
        var fresh = await host.CheckAsync(token, path.Device ?? Caller.DeviceId, ct);
        if (fresh.UserId != Caller.UserId || fresh.DeviceId != Caller.DeviceId)
        {
            throw Errors.PermissionDenied.Because("This token belongs to another device.");
        }

        (_caller, _isWarned) = (fresh, false);
        return Hello(fresh);
    }

    /// <returns>False when the socket is closing instead.</returns>
    private async Task<bool> EnterAsync(Task<Caller?> fromUrl, FrameReader reader)
    {
        try
        {
            var first = new FirstFrame(await fromUrl);
            if (first.Caller is null && !_state.IsClosing)
            {
                first = await FirstFrame.ReadAsync(reader, host, path);
            }

            if (first.Caller is { } caller && !_state.IsClosing)
            {
                return await AdmitAsync(caller, first.RequestId);
            }

            Close(first.Fault ?? CloseCodes.AuthenticationFailed);
        }
        catch (RefusedException refused)
        {
            Close(SocketHost.CloseCodeFor(refused));
        }
        catch (Exception fault)
        {
            host.AdmissionFailed(fault);
            Close(CloseCodes.InternalError);
        }

        return false;
    }

    private async Task<bool> AdmitAsync(Caller caller, string? requestId)
    {
        if (path.Call is { } call && await host.Registry.AdmitToCall(caller, call, _ended.Token) is { } refused)
        {
            Close(refused);
            return false;
        }

        _caller = caller;
        var max = host.Options.PerUser - host.Registry.Elsewhere(caller.UserId);
        if (host.Registry.SocketsOf(caller.UserId).Count < max)
        {
            // Before others can find the socket, so that it comes before all they send.
            TrySend(OutboundFrame.Of("auth_ok", Hello(caller), requestId));
            if (host.Registry.TryAdd(this, max))
            {
                return true;
            }
        }

        _caller = null;
        Close(CloseCodes.RateLimited);
        return false;
    }

    private async Task LiveAsync(FrameReader reader)
    {
        var living = LiveStepsAsync();
        try
        {
            var dispatcher = new FrameDispatcher(host, this);
            while (!_state.IsClosing)
            {
                var (frame, fault, isEnd) = await reader.ReadAsync(Sizes.Frame, CancellationToken.None);
                if (fault is not null)
                {
                    Close(fault);
                }

                if (fault is not null || isEnd)
                {
                    return;
                }

                await RunCommandAsync(dispatcher, frame);

                // Who asks faster than the answers can be written is read more slowly, not closed.
                await WaitForRoomAsync(_ended.Token);
            }
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            // Closed while it waited.
        }
        finally
        {
            host.Registry.Remove(this);
            await _ended.CancelAsync();
            await living;
            foreach (var gone in host.Registry.Gone)
            {
                gone(this);
            }
        }
    }

    private async Task RunCommandAsync(FrameDispatcher dispatcher, ReadOnlyMemory<byte> frame)
    {
        if (!_state.TryBeginCommand())
        {
            return;
        }

        try
        {
            // A command that was begun is finished, whatever becomes of the socket.
            await dispatcher.DispatchAsync(frame, CancellationToken.None);
        }
        finally
        {
            _state.EndCommand();
        }

        if (host.IsStopping)
        {
            Close(CloseCodes.Restart);
        }
    }

    private async Task LiveStepsAsync()
    {
        try
        {
            foreach (var step in host.Registry.Live)
            {
                await step(this, _ended.Token);
            }
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            // The socket ended while it was catching up.
        }
        catch (Exception fault)
        {
            // Without what it missed the socket must not go on: it comes back and catches up again.
            host.LiveStepFailed(fault);
            Close(fault is RefusedException ? CloseCodes.Restart : CloseCodes.InternalError);
        }
    }

    /// <summary>Says goodbye: our close frame if there is none yet, then a moment for the client's.</summary>
    private async Task CloseAsync(FrameReader reader)
    {
        _state.TryClose(Age);
        stream.Outbox.End((int)WebSocketCloseStatus.NormalClosure, drop: false);
        using var patience = new CancellationTokenSource(Heartbeat.ClosingTime, host.Clock);
        try
        {
            await stream.Outbox.DrainAsync(patience.Token);
            while (webSocket.State == WebSocketState.Open && !(await reader.ReadAsync(Sizes.Frame, patience.Token)).IsEnd)
            {
                // What the client still sends after our close frame is not looked at.
            }

            if (webSocket.State == WebSocketState.Aborted)
            {
                await stream.SkipToEndAsync(patience.Token);
            }
        }
        catch (OperationCanceledException)
        {
            abort();
        }
    }

    private void End(CloseCode code)
    {
        host.Closed(code);
        stream.Outbox.End(code.Code, drop: code == CloseCodes.TooSlow);
    }

    private static AuthOk Hello(Caller caller) => new(caller.UserId, caller.DeviceId, Sizes.HeartbeatSeconds);
}
