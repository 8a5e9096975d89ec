using System.Buffers;
using System.Net.WebSockets;
using Sotto.Contracts;

namespace Sotto.Server.Sockets;

/// <summary>What came: a frame (valid until the next read), or why there is none.</summary>
internal readonly record struct ReadResult(ReadOnlyMemory<byte> Frame, CloseCode? Fault, bool IsEnd);

/// <summary>Reads whole text frames. Between frames it holds no buffer.</summary>
internal sealed class FrameReader(WebSocket socket) : IDisposable
{
    private const int FirstBuffer = 4096;

    private byte[]? _buffer;

    public async ValueTask<ReadResult> ReadAsync(int maxBytes, CancellationToken ct)
    {
        Release();
        try
        {
            // An empty read waits for data without holding memory for it.
            var result = await socket.ReceiveAsync(Memory<byte>.Empty, ct);
            var length = 0;
            while (true)
            {
                if (result.MessageType == WebSocketMessageType.Close)
                {
                    return new ReadResult(default, null, IsEnd: true);
                }

                if (result.MessageType == WebSocketMessageType.Binary)
                {
                    return new ReadResult(default, CloseCodes.InvalidFormat, IsEnd: false);
                }

                length += result.Count;
                if (length > maxBytes)
                {
                    return new ReadResult(default, CloseCodes.TooLarge, IsEnd: false);
                }

                if (result.EndOfMessage)
                {
                    return new ReadResult(_buffer.AsMemory(0, length), null, IsEnd: false);
                }

                Grow(length, maxBytes);
                result = await socket.ReceiveAsync(_buffer.AsMemory(length), ct);
            }
        }
        catch (WebSocketException fault)
        {
            // The protocol itself was broken, or the connection ended in the middle of a frame.
            return new ReadResult(default, fault.WebSocketErrorCode == WebSocketError.Faulted ? CloseCodes.InvalidFormat : null, IsEnd: true);
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            return new ReadResult(default, null, IsEnd: true);
        }
    }

    public void Dispose() => Release();

    private void Grow(int length, int maxBytes)
    {
        if (_buffer is null)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        }
        else if (_buffer.Length == length)
        {
            // One byte over the limit is enough to see that it is over.
            var larger = ArrayPool<byte>.Shared.Rent(Math.Min(length * 2, maxBytes + 1));
            _buffer.AsSpan(0, length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
    }

    private void Release()
    {
        if (_buffer is { } buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            _buffer = null;
        }
    }
}
