using System.Data.Common;
using Sotto.Server.Storage;

namespace Sotto.Server.Conversations;

/// <summary>Writes batches of entries. Plain ADO.NET, for this is what the product is for.</summary>
/// <remarks>
/// Messages of one conversation in a batch share one update of its head, the lock and counter. Entries that write more than themselves go one by
/// one, each in a savepoint of its own, so that a refusal leaves no gap.
/// </remarks>
internal sealed class LogStore(IEnumerable<IEntryCommitted> hooks) : IBatchStore<PendingEntry>
{
    internal const string Columns =
        "id, conversation_id, seq, kind, message_type, sender_id, sender_device_id, client_message_id, request_hash, target_id, edit_count, deleted, " +
        "created_at, updated_at, expires_at, body, keys";

    private readonly IEntryCommitted[] _hooks = [.. hooks];
    private readonly SqliteAppend _sqlite = new();

    public async Task WriteAsync(Session session, IReadOnlyList<PendingEntry> items)
    {
        // In the order of conversations, so that batches of two nodes never wait for each other crosswise.
        var runs = items.Where(item => !item.IsAlone)
            .GroupBy(item => (item.Entry.ConversationId, item.RosterVersion))
            .OrderBy(run => run.Key.ConversationId)
            .Select(run => run.ToList())
            .ToList();
        if (session.Dialect == Dialect.Sqlite)
        {
            foreach (var run in runs)
            {
                await _sqlite.WriteAsync(session, run);
            }
        }
        else if (runs.Count > 0)
        {
            await PostgresAppend.WriteAsync(session, runs);
        }

        foreach (var item in items.Where(item => item.IsAlone).OrderBy(item => item.Entry.ConversationId))
        {
            await WriteAloneAsync(session, item);
        }
    }

    public void Committed(IReadOnlyList<PendingEntry> items)
    {
        // Per conversation the feeds want seq order; a batch has its runs first and its single entries after them, which is that order.
        foreach (var item in items.OrderBy(item => item.IsAlone))
        {
            if (item.Refusal is null && item.Existing is null)
            {
                foreach (var hook in _hooks)
                {
                    hook.EntryCommitted(item);
                }
            }
        }
    }

    /// <summary>One entry with what belongs to it; a repeat is looked for first.</summary>
    internal static async Task WriteAloneAsync(Session session, PendingEntry item)
    {
        try
        {
            await session.PartAsync(async () =>
            {
                var entry = item.Entry;
                if (item.Before is { } before)
                {
                    await before(session);
                }

                var seq = await session.ScalarAsync<long?>(
                    """
                    update heads set last_seq = last_seq + 1, roster_version = roster_version + @step
                    where conversation_id = @ConversationId and roster_version = @RosterVersion returning last_seq
                    """,
                    new { entry.ConversationId, item.RosterVersion, step = item.ChangesRoster ? 1L : 0L });
                entry.Seq = seq ?? throw new RosterMovedException();
                if (await ExistingAsync(session, entry) is { } existing)
                {
                    throw new RepeatedException(existing);
                }

                await session.ExecuteAsync(Insert, Values(entry));
                if (item.Also is { } also)
                {
                    await also(session, item);
                }
            });
        }
        catch (RepeatedException repeated)
        {
            item.Existing = repeated.Existing;
        }
        catch (Exception refusal) when (refusal is RosterMovedException or Contracts.RefusedException)
        {
            item.Refusal = refusal;
        }
    }

    internal static Task<Entry?> ExistingAsync(Session session, Entry entry) =>
        entry.ClientMessageId is null
            ? Task.FromResult<Entry?>(null)
            : session.FirstAsync<Entry>(
                $"""
                select {Columns} from entries
                where conversation_id = @ConversationId and sender_device_id = @SenderDeviceId and client_message_id = @ClientMessageId
                """,
                new { entry.ConversationId, entry.SenderDeviceId, entry.ClientMessageId });

    internal const string Insert =
        $"""
        insert into entries ({Columns}) values (@Id, @ConversationId, @Seq, @Kind, @MessageType, @SenderId, @SenderDeviceId, @ClientMessageId, @RequestHash,
        @TargetId, @EditCount, @Deleted, @CreatedAt, @UpdatedAt, @ExpiresAt, @Body, @Keys)
        """;

    private static object Values(Entry entry) => new
    {
        entry.Id, entry.ConversationId, entry.Seq, Kind = (long)entry.Kind, MessageType = (long)entry.MessageType, entry.SenderId,
        entry.SenderDeviceId, entry.ClientMessageId, entry.RequestHash, entry.TargetId, entry.EditCount, entry.Deleted, entry.CreatedAt, entry.UpdatedAt,
        entry.ExpiresAt, entry.Body, entry.Keys,
    };

    private sealed class RepeatedException(Entry existing) : Exception
    {
        public Entry Existing => existing;
    }
}
