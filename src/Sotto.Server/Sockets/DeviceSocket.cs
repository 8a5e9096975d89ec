using System.Net.WebSockets;
using Sotto.Contracts;
using Sotto.Server.Callers;

namespace Sotto.Server.Sockets;

/// <summary>
/// One WebSocket of a device: authenticate, live, closing. Its commands run one after another; a slow one stops the reading of this socket only.
/// </summary>
internal sealed class DeviceSocket(SocketStream stream, WebSocket webSocket, SocketHost host, Guid? pathDevice, Action abort) : IDisposable
{
    private static readonly TimeSpan ClosingTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ExpiryWarning = TimeSpan.FromSeconds(60);

    private readonly long _openedAt = host.Clock.GetTimestamp();
    private readonly Lock _stateLock = new();
    private readonly CancellationTokenSource _ended = new();
    private Caller? _caller;
    private FrameGate _gate = new(host.Options.FramesPerSecond);
    private CloseCode? _closing;
    private long _closingAt;
    private bool _isRunningCommand;
    private bool _hasWarned;
    private TimeSpan _pingedAt;

    /// <summary>Who is behind it. Only after authentication.</summary>
    public Caller Caller => _caller ?? throw new InvalidOperationException("The socket is not authenticated.");

    public bool IsAuthenticated => _caller is not null;

    /// <summary>Puts a frame into the outbox. Never waits: a reader who is too slow is closed with 4008, and comes back.</summary>
    public bool TrySend(in OutboundFrame frame)
    {
        var added = stream.Outbox.TryAdd(frame);
        if (added == Enqueued.Full)
        {
            Close(CloseCodes.TooSlow);
        }

        return added == Enqueued.Yes;
    }

    /// <summary>For whoever has much to send: completes when the outbox has room again, or the socket has ended.</summary>
    public ValueTask WaitForRoomAsync(CancellationToken ct) => stream.Outbox.WaitForRoomAsync(ct);

    /// <summary>Ends the socket with a code; the first one counts.</summary>
    public void Close(CloseCode code)
    {
        lock (_stateLock)
        {
            if (_closing is not null)
            {
                return;
            }

            _closing = code;
            _closingAt = host.Clock.GetTimestamp();
        }

        host.Closed(code);
        stream.Outbox.End(code.Code, drop: code == CloseCodes.TooSlow);
    }

    /// <summary>For the end of the process: what was begun is finished and answered, then 1012.</summary>
    public void CloseForRestart()
    {
        lock (_stateLock)
        {
            if (_isRunningCommand)
            {
                // It closes after the command.
                return;
            }
        }

        Close(CloseCodes.Restart);
    }

    /// <summary>Runs the socket until its end.</summary>
    public async Task RunAsync(Caller? fromUrl, CancellationToken ct)
    {
        host.Registry.Opened(this);
        using var reader = new FrameReader(webSocket);
        try
        {
            await using var registration = ct.UnsafeRegister(static state => ((DeviceSocket)state!).CloseForRestart(), this);
            if (fromUrl is not null ? await AdmitAsync(fromUrl, requestId: null) : await AuthenticateAsync(reader))
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
        var open = host.Clock.GetElapsedTime(_openedAt);
        if (_closing is not null)
        {
            if (host.Clock.GetElapsedTime(_closingAt) > ClosingTime)
            {
                abort();
            }

            return;
        }

        if (stream.Silence > host.Options.DropAfter)
        {
            abort();
        }
        else if (stream.Outbox.Stuck > host.Options.StuckAfter)
        {
            Close(CloseCodes.TooSlow);
        }
        else if (_caller is not { } caller)
        {
            if (open > host.Options.AuthenticateWithin)
            {
                Close(CloseCodes.AuthenticationFailed);
            }
        }
        else
        {
            TickLive(caller, open);
        }
    }

    /// <summary>A fresh token for the same device extends the socket's life.</summary>
    public async Task<AuthOk> ExtendAsync(string token, CancellationToken ct)
    {
        var fresh = await host.CheckAsync(token, pathDevice, ct);
        if (fresh.DeviceId != Caller.DeviceId)
        {
            throw Errors.PermissionDenied.Because("This token belongs to another device.");
        }

        (_caller, _hasWarned) = (fresh, false);
        return new AuthOk(fresh.UserId, fresh.DeviceId, Sizes.HeartbeatSeconds);
    }

    private void TickLive(Caller caller, TimeSpan open)
    {
        var left = caller.ExpiresAt - host.Clock.GetUtcNow();
        if (left <= TimeSpan.Zero)
        {
            Close(CloseCodes.AuthenticationFailed);
            return;
        }

        if (left <= ExpiryWarning && !_hasWarned)
        {
            _hasWarned = true;
            TrySend(OutboundFrame.Of("token_expiring", new TokenExpiring((int)left.TotalSeconds)));
        }

        if (open - _pingedAt >= host.Options.PingEvery)
        {
            _pingedAt = open;
            stream.Outbox.AddPing();
        }
    }

    private async Task<bool> AuthenticateAsync(FrameReader reader)
    {
        var (frame, fault, isEnd) = await reader.ReadAsync(Sizes.FirstFrame, CancellationToken.None);
        if (fault is not null || isEnd)
        {
            Close(fault ?? CloseCodes.AuthenticationFailed);
            return false;
        }

        if (!FrameHead.TryRead(frame.Span, out var head))
        {
            Close(CloseCodes.InvalidFormat);
            return false;
        }

        try
        {
            if (head.Type == "auth" && JsonBodies.Read<Authenticate>(frame).Token is { Length: > 0 } token)
            {
                return await AdmitAsync(await host.CheckAsync(token, pathDevice, _ended.Token), head.RequestId);
            }
        }
        catch (RefusedException refused)
        {
            Close(SocketHost.CloseCodeFor(refused));
            return false;
        }

        Close(CloseCodes.AuthenticationFailed);
        return false;
    }

    private Task<bool> AdmitAsync(Caller caller, string? requestId)
    {
        _caller = caller;
        if (!host.Registry.TryAdd(this, host.Options.PerUser))
        {
            _caller = null;
            Close(CloseCodes.RateLimited);
            return Task.FromResult(false);
        }

        TrySend(OutboundFrame.Of("auth_ok", new AuthOk(caller.UserId, caller.DeviceId, Sizes.HeartbeatSeconds), requestId));
        return Task.FromResult(true);
    }

    private async Task LiveAsync(FrameReader reader)
    {
        var living = LiveStepsAsync();
        try
        {
            var dispatcher = new FrameDispatcher(host, this);
            while (_closing is null)
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

                if (!_gate.TryPass(host.Clock.GetElapsedTime(_openedAt)))
                {
                    Close(CloseCodes.RateLimited);
                    return;
                }

                await RunCommandAsync(dispatcher, frame);
            }
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
        lock (_stateLock)
        {
            if (_closing is not null)
            {
                return;
            }

            _isRunningCommand = true;
        }

        try
        {
            // A command that was begun is finished, whatever becomes of the socket.
            await dispatcher.DispatchAsync(frame, CancellationToken.None);
        }
        finally
        {
            lock (_stateLock)
            {
                _isRunningCommand = false;
            }
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
        stream.Outbox.End(_closing?.Code ?? (int)WebSocketCloseStatus.NormalClosure, drop: false);
        lock (_stateLock)
        {
            _closing ??= CloseCodes.Restart;
            _closingAt = _closingAt == 0 ? host.Clock.GetTimestamp() : _closingAt;
        }

        using var patience = new CancellationTokenSource(ClosingTime, host.Clock);
        try
        {
            await stream.Outbox.DrainAsync(patience.Token);
            while (webSocket.State == WebSocketState.Open && !(await reader.ReadAsync(Sizes.Frame, patience.Token)).IsEnd)
            {
                // What the client still sends after our close frame is not looked at.
            }
        }
        catch (OperationCanceledException)
        {
            abort();
        }
    }
}
