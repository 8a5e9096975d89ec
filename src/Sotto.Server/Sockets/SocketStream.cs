using System.Buffers;

namespace Sotto.Server.Sockets;

/// <summary>
/// The upgraded connection as the WebSocket library sees it: it reads the connection itself, and what it writes (each frame in one write) goes through
/// the outbox, between our own frames. Those are pongs, for close frames are ours to send.
/// </summary>
internal sealed class SocketStream(Stream connection, TimeProvider clock) : Stream
{
    private const int SkipBuffer = 4096;

    private long _readAt = clock.GetTimestamp();

    public Outbox Outbox { get; } = new(connection, clock);

    /// <summary>How long the client has sent nothing at all, not even a pong.</summary>
    public TimeSpan Silence => clock.GetElapsedTime(Volatile.Read(ref _readAt));

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // Whoever reads again has just got something. Not awaited here: ten thousand idle sockets would each keep one more state machine.
        Volatile.Write(ref _readAt, clock.GetTimestamp());
        return connection.ReadAsync(buffer, cancellationToken);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Write(buffer.AsSpan(offset, count));
        return Task.CompletedTask;
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        // The library closes in words of its own (1002, 1007) what the contract calls 4002.
        if (buffer is [not Outbox.CloseFrame, ..])
        {
            Outbox.AddRaw(buffer);
        }
    }

    /// <summary>
    /// Throws away what still comes, until the client closes the connection: were it closed with bytes unread, TCP could take back the close frame.
    /// </summary>
    public async Task SkipToEndAsync(CancellationToken ct)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(SkipBuffer);
        try
        {
            while (await connection.ReadAsync(buffer, ct) > 0)
            {
                // Nobody looks at it.
            }
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // There is nothing left to skip.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
