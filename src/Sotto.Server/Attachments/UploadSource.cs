using System.Buffers;
using System.IO.Pipelines;

namespace Sotto.Server.Attachments;

/// <summary>The body of an upload request, as a store reads it: it ends where the client, the network or a later request ends it.</summary>
internal sealed class UploadSource : IDisposable
{
    private readonly PipeReader _body;
    private readonly CancellationTokenRegistration _interrupts;
    private long _left;
    private SequencePosition? _untaken;

    /// <param name="body">The request's body.</param>
    /// <param name="most">How many bytes may come.</param>
    /// <param name="interrupted">A later request wants to go on. The body's own reader doesn't bear to be cancelled by a token.</param>
    public UploadSource(PipeReader body, long most, CancellationToken interrupted)
    {
        (_body, _left) = (body, most);
        _interrupts = interrupted.Register(static state => ((PipeReader)state!).CancelPendingRead(), body);
    }

    /// <summary>Nothing more comes.</summary>
    public bool IsEnd { get; private set; }

    /// <summary>A later request ended it.</summary>
    public bool IsInterrupted { get; private set; }

    /// <summary>Why it ended before the request did.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>The bytes that are there, at most so many; empty when nothing more comes. <see cref="Took"/> goes on.</summary>
    public async ValueTask<ReadOnlySequence<byte>> NextAsync(long atMost)
    {
        while (!IsEnd && _left > 0)
        {
            if (await ReadAsync() is not { } read)
            {
                break;
            }

            if (read.Buffer.Length > 0)
            {
                _untaken = read.Buffer.Start;
                return read.Buffer.Slice(0, Math.Min(Math.Min(atMost, _left), read.Buffer.Length));
            }

            IsEnd = read.IsCompleted;
            _body.AdvanceTo(read.Buffer.Start);
        }

        IsEnd = true;
        return ReadOnlySequence<byte>.Empty;
    }

    /// <summary>These bytes are taken out of what <see cref="NextAsync"/> gave.</summary>
    public void Took(ReadOnlySequence<byte> bytes)
    {
        _left -= bytes.Length;
        _untaken = null;
        _body.AdvanceTo(bytes.End);
    }

    /// <summary>Whether the client sends more than fits; asked once all that fits was taken.</summary>
    public async ValueTask<bool> GoesOnAsync()
    {
        while (await ReadAsync() is { } read)
        {
            var (any, isEnd) = (read.Buffer.Length > 0, read.IsCompleted);
            _body.AdvanceTo(read.Buffer.End);
            if (any || isEnd)
            {
                return any;
            }
        }

        return false;
    }

    public void Dispose()
    {
        _interrupts.Dispose();
        if (_untaken is { } start)
        {
            _body.AdvanceTo(start);
        }
    }

    /// <returns>Null when there is nothing more to be had.</returns>
    private async ValueTask<ReadResult?> ReadAsync()
    {
        try
        {
            var read = await _body.ReadAsync();
            if (!read.IsCanceled)
            {
                return read;
            }

            _body.AdvanceTo(read.Buffer.Start);
            IsInterrupted = true;
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException)
        {
            Fault = fault;
        }

        IsEnd = true;
        return null;
    }
}
