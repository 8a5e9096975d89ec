using System.Threading.Channels;
using Sotto.Server.Callers;
using Sotto.Server.Conversations;

namespace Sotto.Server.Calls;

/// <summary>What may put people out of calls: a conversation whose members changed or that is gone, a device that was shut out. <see cref="CallKeeper"/> looks.</summary>
internal sealed class CallEvictions : IEntryCommitted, IDeviceShutOut
{
    // More than that at once, and the keeper's rounds find the rest a little later.
    private const int Most = 4096;

    private readonly Channel<Eviction> _queue = Channel.CreateBounded<Eviction>(new BoundedChannelOptions(Most) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public IAsyncEnumerable<Eviction> ReadAllAsync(CancellationToken ct) => _queue.Reader.ReadAllAsync(ct);

    public void EntryCommitted(PendingEntry committed)
    {
        if (committed.ChangesRoster)
        {
            ConversationChanged(committed.Entry.ConversationId);
        }
    }

    public void ConversationChanged(Guid conversationId) => _queue.Writer.TryWrite(new Eviction(conversationId, null));

    public void DeviceShutOut(Guid deviceId) => _queue.Writer.TryWrite(new Eviction(null, deviceId));
}

/// <summary>Either a conversation or a device.</summary>
internal readonly record struct Eviction(Guid? ConversationId, Guid? DeviceId);
