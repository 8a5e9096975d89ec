using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Sotto.Server.Attachments;

/// <summary>The body of an upload request, as a store reads it: it ends where the client, the network or a later request ends it.</summary>
internal sealed class UploadSource(PipeReader body, long most, CancellationToken ct)
{
    private long _left = most;

    /// <summary>Nothing more comes.</summary>
    public bool IsEnd { get; private set; }

    /// <summary>Why it ended before the request did.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>The bytes that are there, at most so many; empty when nothing more comes. <see cref="Took"/> goes on.</summary>
    public async ValueTask<ReadOnlySequence<byte>> NextAsync(long atMost)
    {
        while (!IsEnd && _left > 0)
        {
            try
            {
                var read = await body.ReadAsync(ct);
                if (read.Buffer.Length > 0)
                {
                    return read.Buffer.Slice(0, Math.Min(Math.Min(atMost, _left), read.Buffer.Length));
                }

                IsEnd = read.IsCompleted;
                body.AdvanceTo(read.Buffer.Start);
            }
            catch (Exception fault) when (fault is OperationCanceledException or IOException or ConnectionAbortedException)
            {
                (IsEnd, Fault) = (true, fault);
            }
        }

        IsEnd = true;
        return ReadOnlySequence<byte>.Empty;
    }

    public void Took(ReadOnlySequence<byte> bytes)
    {
        _left -= bytes.Length;
        body.AdvanceTo(bytes.End);
    }

    /// <summary>Whether the client sends more than fits; known only once all that fits was taken.</summary>
    public async ValueTask<bool> GoesOnAsync()
    {
        while (Fault is null)
        {
            var read = await body.ReadAsync(ct);
            var (any, isEnd) = (read.Buffer.Length > 0, read.IsCompleted);
            body.AdvanceTo(read.Buffer.End);
            if (any || isEnd)
            {
                return any;
            }
        }

        return false;
    }
}
