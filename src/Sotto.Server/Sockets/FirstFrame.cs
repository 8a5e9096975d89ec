using Sotto.Contracts;
using Sotto.Server.Callers;

namespace Sotto.Server.Sockets;

/// <summary>What the first frame of a socket said whose URL said nothing: who it is, or which code to close with.</summary>
internal readonly record struct FirstFrame(Caller? Caller, string? RequestId = null, CloseCode? Fault = null)
{
    /// <exception cref="RefusedException">The token is no good, or not for this path.</exception>
    public static async Task<FirstFrame> ReadAsync(FrameReader reader, SocketHost host, SocketPath path)
    {
        // The wheel ends the waiting: it closes the socket in time, and then nothing more is read.
        var (frame, fault, isEnd) = await reader.ReadAsync(Sizes.FirstFrame, CancellationToken.None);
        if (fault is not null || isEnd)
        {
            return new FirstFrame(null, null, fault);
        }

        if (!FrameHead.TryRead(frame.Span, out var head))
        {
            return new FirstFrame(null, null, CloseCodes.InvalidFormat);
        }

        return head.Type == "auth" && JsonBodies.Read<Authenticate>(frame).Token is { Length: > 0 } token
            ? new FirstFrame(await host.CheckAsync(token, path.Device, CancellationToken.None), head.RequestId)
            : default;
    }
}
