using System.Buffers;
using System.Buffers.Binary;
using Sotto.Contracts;

namespace Sotto.Server.Sockets;

/// <summary>What became of a frame.</summary>
internal enum Enqueued
{
    Yes,
    Closed,

    /// <summary>More waits than may: the reader is too slow.</summary>
    Full,
}

/// <summary>
/// Everything that waits to be written to one socket, as bytes in wire form. Whoever adds never waits; whatever is there when the connection is free
/// is written at once. An idle outbox holds no buffer.
/// </summary>
/// <remarks>RFC 6455 §5: frames of a server are not masked, so writing one is a header and a copy.</remarks>
internal sealed class Outbox(Stream connection, TimeProvider clock) : IThreadPoolWorkItem
{
    /// <summary>The first byte of a close frame.</summary>
    public const byte CloseFrame = 0x88;

    private const byte TextFrame = 0x81;
    private const byte PingFrame = 0x89;

    // What the connection takes of this is progress: a slow network is not a stuck reader. It also bounds what lies in the connection's own buffers.
    private const int Piece = 32 * 1024;

    private readonly Lock _lock = new();
    private byte[] _buffer = [];
    private int _length;
    private int _frames;
    private int _writingFrames;
    private int _writingBytes;
    private bool _isWriting;
    private bool _isClosed;
    private bool _isEnding;
    private long _writingSince;
    private List<Action>? _written;
    private TaskCompletionSource? _room;

    /// <summary>How long the connection has taken nothing of what waits; zero when nothing waits.</summary>
    public TimeSpan Stuck
    {
        get
        {
            lock (_lock)
            {
                return _isWriting ? clock.GetElapsedTime(_writingSince) : TimeSpan.Zero;
            }
        }
    }

    public Enqueued TryAdd(in OutboundFrame frame)
    {
        lock (_lock)
        {
            if (_isClosed || _isEnding)
            {
                return Enqueued.Closed;
            }

            if (_frames + _writingFrames >= Sizes.OutboxFrames || (_frames + _writingFrames > 0 && IsOver(frame.Length)))
            {
                return Enqueued.Full;
            }

            var span = Reserve(frame.Length + 10);
            var at = WriteHeader(span, TextFrame, frame.Length);
            frame.Head.Span.CopyTo(span[at..]);
            frame.Own.Span.CopyTo(span[(at + frame.Head.Length)..]);
            frame.Tail.Span.CopyTo(span[(at + frame.Head.Length + frame.Own.Length)..]);
            _length += at + frame.Length;
            _frames++;
            if (frame.Written is { } written)
            {
                (_written ??= []).Add(written);
            }

            return StartWriting();
        }
    }

    /// <summary>A frame of the protocol itself: a ping or a pong. Where there is no room it is dropped, for then there is something else to hear of us.</summary>
    public void AddRaw(ReadOnlySpan<byte> frame)
    {
        lock (_lock)
        {
            if (!_isClosed && !_isEnding && !IsOver(frame.Length))
            {
                frame.CopyTo(Reserve(frame.Length));
                _length += frame.Length;
                StartWriting();
            }
        }
    }

    public void AddPing() => AddRaw([PingFrame, 0x00]);

    /// <summary>Adds a close frame; nothing comes after it. With <paramref name="drop"/> what still waits is thrown away.</summary>
    public void End(int code, bool drop)
    {
        lock (_lock)
        {
            if (_isClosed || _isEnding)
            {
                return;
            }

            if (drop)
            {
                (_length, _frames, _written) = (0, 0, null);
            }

            _isEnding = true;
            Span<byte> close = [CloseFrame, 0x02, (byte)(code >> 8), (byte)code];
            close.CopyTo(Reserve(close.Length));
            _length += close.Length;
            StartWriting();
        }
    }

    /// <summary>Completes when there is room for many more frames; at once when there is, or when the outbox is closed.</summary>
    public ValueTask WaitForRoomAsync(CancellationToken ct)
    {
        lock (_lock)
        {
            if (_isClosed || (_frames + _writingFrames < Sizes.OutboxFrames / 2 && _length + _writingBytes < Sizes.OutboxBytes / 2))
            {
                return ValueTask.CompletedTask;
            }

            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(_room.Task.WaitAsync(ct));
        }
    }

    /// <summary>Completes when nothing waits any more.</summary>
    public async Task DrainAsync(CancellationToken ct)
    {
        while (true)
        {
            Task room;
            lock (_lock)
            {
                if (_isClosed || !_isWriting)
                {
                    return;
                }

                _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                room = _room.Task;
            }

            await room.WaitAsync(ct);
        }
    }

    /// <summary>The connection is gone.</summary>
    public void Close()
    {
        TaskCompletionSource? room;
        lock (_lock)
        {
            _isClosed = true;
            (_length, _frames, _written) = (0, 0, null);
            Release();
            (room, _room) = (_room, null);
        }

        room?.TrySetResult();
    }

    void IThreadPoolWorkItem.Execute() => _ = WriteUntilEmptyAsync();

    private Enqueued StartWriting()
    {
        if (!_isWriting)
        {
            _isWriting = true;
            _writingSince = clock.GetTimestamp();
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        return Enqueued.Yes;
    }

    /// <summary>Owned by <see cref="_isWriting"/>: <see cref="DrainAsync"/> waits for it, and it ends by itself when the connection does.</summary>
    private async Task WriteUntilEmptyAsync()
    {
        while (true)
        {
            byte[] buffer;
            int length;
            List<Action>? written;
            lock (_lock)
            {
                if (_length == 0 || _isClosed)
                {
                    _isWriting = false;
                    Release();
                    _room?.TrySetResult();
                    _room = null;
                    return;
                }

                (buffer, length, written) = (_buffer, _length, _written);
                (_writingBytes, _writingFrames, _writingSince) = (_length, _frames, clock.GetTimestamp());
                (_buffer, _length, _frames, _written) = ([], 0, 0, null);
            }

            try
            {
                await WriteAsync(buffer.AsMemory(0, length));
            }
            catch (Exception gone) when (gone is IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
            {
                // The connection ended; the socket's own loop sees that too and ends the socket.
                Close();
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }

            TaskCompletionSource? room;
            bool ok;
            lock (_lock)
            {
                ok = !_isClosed;
                (_writingBytes, _writingFrames) = (0, 0);
                (room, _room) = (_room, null);
            }

            room?.TrySetResult();
            if (ok && written is not null)
            {
                foreach (var tell in written)
                {
                    tell();
                }
            }
        }
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > Piece)
        {
            await connection.WriteAsync(bytes[..Piece]);
            bytes = bytes[Piece..];
            lock (_lock)
            {
                _writingSince = clock.GetTimestamp();
            }
        }

        await connection.WriteAsync(bytes);
    }

    private bool IsOver(int bytes) => _length + _writingBytes + bytes > Sizes.OutboxBytes;

    private Span<byte> Reserve(int bytes)
    {
        if (_buffer.Length - _length < bytes)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_length + bytes, Math.Min(_buffer.Length * 2, Sizes.OutboxBytes)));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            Release();
            _buffer = larger;
        }

        return _buffer.AsSpan(_length);
    }

    private void Release()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }

    private static int WriteHeader(Span<byte> span, byte first, int length)
    {
        span[0] = first;
        if (length < 126)
        {
            span[1] = (byte)length;
            return 2;
        }

        if (length <= ushort.MaxValue)
        {
            span[1] = 126;
            BinaryPrimitives.WriteUInt16BigEndian(span[2..], (ushort)length);
            return 4;
        }

        span[1] = 127;
        BinaryPrimitives.WriteUInt64BigEndian(span[2..], (ulong)length);
        return 10;
    }
}
