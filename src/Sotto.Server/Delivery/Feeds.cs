using System.Collections.Concurrent;
using System.Threading.Channels;
using Sotto.Server.Conversations;

namespace Sotto.Server.Delivery;

/// <summary>
/// All feeds of this node. Committed entries come in through bounded queues, one a shard, so that a busy conversation holds up only its shard; an
/// entry that finds its queue full is dropped and read from the log later.
/// </summary>
internal sealed class Feeds(LogReadStore store, LogEvents events, TimeProvider clock, ILogger<Feeds> log) : BackgroundService, IEntryCommitted
{
    private const int QueueLength = 8192;
    private static readonly TimeSpan HeadCheck = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<Guid, Feed> _feeds = new();
    private readonly Channel<PendingEntry>[] _shards = [.. Enumerable.Range(0, Math.Max(2, Environment.ProcessorCount)).Select(_ => NewShard())];

    /// <summary>Told of each committed entry before it is passed on; joins the sockets of people who have become members.</summary>
    public Func<PendingEntry, CancellationToken, Task> BeforePass { get; set; } = (_, _) => Task.CompletedTask;

    public void EntryCommitted(PendingEntry committed)
    {
        // Only what somebody here may want: a conversation nobody follows costs nothing, unless it makes new members.
        var conversation = committed.Entry.ConversationId;
        if (!_feeds.TryGetValue(conversation, out var feed) && committed.Entry.Kind != EntryKind.System)
        {
            return;
        }

        var shard = _shards[(uint)conversation.GetHashCode() % (uint)_shards.Length];
        if (!shard.Writer.TryWrite(committed) && feed is not null)
        {
            feed.IsBehind = true;
        }
    }

    /// <summary>The feed of a conversation, if anybody here follows it.</summary>
    public Feed? Find(Guid conversationId) => _feeds.GetValueOrDefault(conversationId);

    /// <summary>The feeds of conversations, made where there were none; a new one starts at the log's end as it is now or earlier.</summary>
    public async Task<IReadOnlyList<Feed>> OpenAsync(IReadOnlyList<(Guid ConversationId, long LastSeq)> conversations, CancellationToken ct)
    {
        var feeds = new List<Feed>(conversations.Count);
        var fresh = new List<Feed>();
        foreach (var (id, lastSeq) in conversations)
        {
            var made = new Feed(id, lastSeq);
            var feed = _feeds.AddOrUpdate(id, made, (_, existing) => existing.IsClosed ? made : existing);
            feeds.Add(feed);
            if (ReferenceEquals(feed, made))
            {
                fresh.Add(made);
            }
        }

        // What was committed between the caller's look at the log and the making of the feed passed it by: look again.
        if (fresh.Count > 0)
        {
            var heads = await store.HeadsAsync(fresh.Select(feed => feed.ConversationId), ct);
            foreach (var feed in fresh)
            {
                if (heads.TryGetValue(feed.ConversationId, out var head) && !feed.TrySkipTo(head))
                {
                    await FillAsync(feed, head, ct);
                }
            }
        }

        return feeds;
    }

    /// <summary>The conversation is gone; nobody follows it any more.</summary>
    public void End(Guid conversationId)
    {
        if (_feeds.TryRemove(conversationId, out var feed))
        {
            foreach (var follower in feed.Close())
            {
                follower.Left(feed);
            }
        }
    }

    public void Leave(Feed feed, IFollower follower)
    {
        if (feed.Leave(follower))
        {
            _feeds.TryRemove(new KeyValuePair<Guid, Feed>(feed.ConversationId, feed));
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll([.. _shards.Select(shard => PassUntilStoppedAsync(shard, stoppingToken)), FillUntilStoppedAsync(stoppingToken)]);

    private static Channel<PendingEntry> NewShard() =>
        Channel.CreateBounded<PendingEntry>(new BoundedChannelOptions(QueueLength) { SingleReader = true });

    private async Task PassUntilStoppedAsync(Channel<PendingEntry> shard, CancellationToken ct)
    {
        while (await shard.Reader.WaitToReadAsync(ct))
        {
            while (shard.Reader.TryRead(out var committed))
            {
                try
                {
                    await PassAsync(committed, ct);
                }
                catch (Exception fault) when (fault is not OperationCanceledException)
                {
                    Log.NotPassed(log, committed.Entry.ConversationId, committed.Entry.Seq, fault);
                    if (Find(committed.Entry.ConversationId) is { } feed)
                    {
                        feed.IsBehind = true;
                    }
                }
            }
        }
    }

    private async Task PassAsync(PendingEntry committed, CancellationToken ct)
    {
        if (committed.Entry.Kind == EntryKind.System)
        {
            await BeforePass(committed, ct);
        }

        if (Find(committed.Entry.ConversationId) is not { } feed)
        {
            return;
        }

        var outgoing = new Outgoing(await events.CommittedAsync(committed, ct), committed.Origin);
        if (!feed.TryPass(outgoing))
        {
            await FillAsync(feed, outgoing.Seq - 1, ct);
            feed.PassNext(outgoing);
        }

        if (committed.Entry.Kind == EntryKind.System)
        {
            RemoveThoseWhoLeft(feed, committed.Entry);
        }
    }

    /// <summary>Reads what was missed from the log and passes it on.</summary>
    private async Task FillAsync(Feed feed, long through, CancellationToken ct)
    {
        while (feed.Head < through)
        {
            var page = await events.AfterAsync(feed.ConversationId, feed.Head, through, LogEvents.PageSize, ct);
            foreach (var delivered in page)
            {
                feed.PassNext(new Outgoing(delivered, origin: null));
                if (delivered.Entry.Kind == EntryKind.System)
                {
                    RemoveThoseWhoLeft(feed, delivered.Entry);
                }
            }

            if (page.Count < LogEvents.PageSize)
            {
                feed.SkipTo(through);
            }
        }
    }

    private async Task FillUntilStoppedAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(HeadCheck, clock);
        while (await timer.WaitForNextTickAsync(ct))
        {
            var behind = _feeds.Values.Where(feed => feed.IsBehind).ToArray();
            if (behind.Length == 0)
            {
                continue;
            }

            try
            {
                var heads = await store.HeadsAsync(behind.Select(feed => feed.ConversationId), ct);
                foreach (var feed in behind)
                {
                    feed.IsBehind = false;
                    if (heads.TryGetValue(feed.ConversationId, out var head))
                    {
                        await FillAsync(feed, head, ct);
                    }
                }
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                Log.NotFilled(log, behind.Length, fault);
                foreach (var feed in behind)
                {
                    feed.IsBehind = true;
                }
            }
        }
    }

    private static void RemoveThoseWhoLeft(Feed feed, Entry entry)
    {
        var action = SystemMessages.Read(entry);
        if (action.Action is SystemMessages.MemberRemoved or SystemMessages.MemberLeft)
        {
            foreach (var follower in (action.UserIds ?? [action.By]).SelectMany(feed.Remove))
            {
                follower.Left(feed);
            }
        }
    }
}
