using Sotto.Server.Storage;

namespace Sotto.Server.Messages;

/// <summary>Erases messages whose time is over, with their keys, reactions and edits: a job of the sweeper.</summary>
internal sealed class ExpireMessages(MessageStore store, TimeProvider clock)
{
    /// <summary>Shorter than the minute within which a message must be gone.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(20);

    private const int AtOnce = 500;

    public async Task RunAsync(CancellationToken ct)
    {
        while (await store.EraseExpiredAsync(clock.NowMs(), AtOnce, ct) == AtOnce)
        {
            ct.ThrowIfCancellationRequested();
        }
    }
}
