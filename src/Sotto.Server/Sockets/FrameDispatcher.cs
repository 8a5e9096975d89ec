using System.Diagnostics;
using System.Text.Json.Nodes;
using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Storage;

namespace Sotto.Server.Sockets;

/// <summary>
/// Finds a frame's command, runs it and answers. Where every fault of a frame becomes the contract's error event; the twin of REST's error responses.
/// </summary>
internal sealed class FrameDispatcher(SocketHost host, DeviceSocket socket)
{
    private const int MaxInvalidInRow = 10;
    private const int MaxRefusedInRow = 20;

    private FrameGate _gate = new(host.Options.FramesPerSecond, 4 * host.Options.FramesPerSecond);
    private FrameGate _patience = new(perSecond: 1, MaxRefusedInRow);
    private int _invalidInRow;
    private int _limitedInRow;

    public async Task DispatchAsync(ReadOnlyMemory<byte> frame, CancellationToken ct)
    {
        var isFlood = !_gate.TryPass(socket.Age);
        if (isFlood && !_patience.TryPass(socket.Age))
        {
            socket.Close(CloseCodes.RateLimited);
            return;
        }

        if (!FrameHead.TryRead(frame.Span, out var head))
        {
            socket.Close(CloseCodes.InvalidFormat);
            return;
        }

        if (isFlood)
        {
            Refusals.Count(Errors.RateLimited, "socket");
            socket.TrySend(OutboundFrame.Of("error", new ErrorBody("Too many frames; wait a moment.", Errors.RateLimited.Code, [], RetryAfter: 1), head.RequestId));
            return;
        }

        try
        {
            await RunAsync(frame, head, ct);
            (_invalidInRow, _limitedInRow) = (0, 0);
        }
        catch (RefusedException refused)
        {
            Answer(refused, head.RequestId, traceId: null);
            Count(refused);
        }
        catch (Exception fault) when (Dialect.IsUnavailable(fault))
        {
            Answer(Dialect.Unavailable(), head.RequestId, traceId: null);
        }
        catch (Exception fault)
        {
            var traceId = ActivityTraceId.CreateRandom().ToString();
            host.CommandFailed(head.Type ?? "", traceId, fault);
            Answer(Errors.InternalError.Because("Something went wrong on the server. The trace id finds it in the server's log."), head.RequestId, traceId);
        }
    }

    private async Task RunAsync(ReadOnlyMemory<byte> frame, FrameHead head, CancellationToken ct)
    {
        if (head.Fault is { } fault)
        {
            throw Errors.ValidationError.Because("A frame is a JSON object with a type.", fault);
        }

        if (!host.Commands.TryFind(head.Type!, out var command))
        {
            throw Errors.UnknownType.Because("There is no such command. The commands are described at /docs.", ("type", "is unknown"));
        }

        Metrics.Commands.Add(1, new KeyValuePair<string, object?>("type", command.Type));
        var call = new CommandCall(socket.Caller, socket, head.RequestId, ct);
        if (await command.RunAsync(host.Services, call, frame) is { } data && command.AnswerType is { } answer)
        {
            socket.TrySend(OutboundFrame.Answer(answer, data, head.RequestId));
        }
    }

    private void Answer(RefusedException refused, string? requestId, string? traceId)
    {
        Refusals.Count(refused.Error, "socket");
        var retry = refused.RetryAfter is { } wait ? (int?)Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)) : null;
        var body = new ErrorBody(refused.Message, refused.Error.Code, refused.Extra?.DeepClone() as JsonObject ?? [], traceId, retry);
        socket.TrySend(OutboundFrame.Of("error", body, requestId));
    }

    private void Count(RefusedException refused)
    {
        _limitedInRow = refused.Error == Errors.RateLimited ? _limitedInRow + 1 : 0;
        _invalidInRow = refused.Error.Status is 422 or 400 ? _invalidInRow + 1 : 0;
        if (_limitedInRow >= MaxRefusedInRow)
        {
            socket.Close(CloseCodes.RateLimited);
        }
        else if (_invalidInRow >= MaxInvalidInRow)
        {
            socket.Close(CloseCodes.InvalidFormat);
        }
    }
}
