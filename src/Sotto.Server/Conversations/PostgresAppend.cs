using Npgsql;
using NpgsqlTypes;
using Sotto.Server.Storage;

namespace Sotto.Server.Conversations;

/// <summary>Appends runs of messages on PostgreSQL: all heads locked in order and advanced in one round trip, all rows inserted in a second.</summary>
internal static class PostgresAppend
{
    private const string Lock = "select 1 from heads where conversation_id = any($1) order by conversation_id for update";

    private const string Advance =
        """
        update heads set last_seq = heads.last_seq + run.count
        from unnest($1, $2, $3) as run (conversation_id, roster_version, count)
        where heads.conversation_id = run.conversation_id and heads.roster_version = run.roster_version
        returning heads.conversation_id, heads.roster_version, heads.last_seq
        """;

    private const string Insert =
        $"""
        insert into entries ({LogStore.Columns})
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
        on conflict (conversation_id, sender_device_id, client_message_id) where client_message_id is not null do nothing
        """;

    public static async Task WriteAsync(Session session, List<List<PendingEntry>> runs)
    {
        await session.ExecuteAsync("savepoint runs");
        var last = await AdvanceAsync(session, runs);
        var entries = new List<PendingEntry>();
        foreach (var run in runs)
        {
            Number(run, last, entries);
        }

        if (entries.Count == 0 || await InsertAsync(session, entries) == entries.Count)
        {
            return;
        }

        // Somebody repeated a client_message_id: undo, and take the rows one by one so that repeats take no seq.
        await session.ExecuteAsync("rollback to savepoint runs");
        foreach (var item in entries)
        {
            await LogStore.WriteAloneAsync(session, item);
        }
    }

    private static async Task<Dictionary<(Guid Conversation, long Roster), long>> AdvanceAsync(Session session, List<List<PendingEntry>> runs)
    {
        // A conversation may have two runs, decided on different rosters; only the one on the current roster matches.
        await using var batch = new NpgsqlBatch((NpgsqlConnection)session.Connection, (NpgsqlTransaction?)session.Transaction);
        var conversations = runs.Select(run => run[0].Entry.ConversationId).ToArray();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Lock) { Parameters = { Array(conversations) } });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Advance)
        {
            Parameters =
            {
                Array(conversations), Array(runs.Select(run => run[0].RosterVersion).ToArray()), Array(runs.Select(run => (long)run.Count).ToArray()),
            },
        });
        var last = new Dictionary<(Guid Conversation, long Roster), long>();
        await using var reader = await batch.ExecuteReaderAsync();
        await reader.NextResultAsync();
        while (await reader.ReadAsync())
        {
            last[(reader.GetGuid(0), reader.GetInt64(1))] = reader.GetInt64(2);
        }

        return last;
    }

    private static void Number(List<PendingEntry> run, Dictionary<(Guid Conversation, long Roster), long> last, List<PendingEntry> entries)
    {
        if (!last.TryGetValue((run[0].Entry.ConversationId, run[0].RosterVersion), out var end))
        {
            foreach (var item in run)
            {
                item.Refusal = new RosterMovedException();
            }

            return;
        }

        var next = end - run.Count + 1;
        foreach (var item in run)
        {
            item.Entry.Seq = next++;
            entries.Add(item);
        }
    }

    internal static async Task<int> InsertAsync(Session session, List<PendingEntry> items)
    {
        await using var command = new NpgsqlCommand(Insert, (NpgsqlConnection)session.Connection, (NpgsqlTransaction?)session.Transaction);
        var values = command.Parameters;
        values.Add(Array(items, e => e.Id));
        values.Add(Array(items, e => e.ConversationId));
        values.Add(Array(items, e => e.Seq));
        values.Add(Array(items, e => (long)e.Kind));
        values.Add(Array(items, e => (long)e.MessageType));
        values.Add(Array(items, e => e.SenderId));
        values.Add(Array(items, e => e.SenderDeviceId));
        values.Add(Array(items, e => e.ClientMessageId));
        values.Add(Bytes(items, e => e.RequestHash));
        values.Add(Array(items, e => e.TargetId));
        values.Add(Array(items, e => e.EditCount));
        values.Add(Array(items, e => e.Deleted));
        values.Add(Array(items, e => e.CreatedAt));
        values.Add(Array(items, e => e.UpdatedAt));
        values.Add(Array(items, e => e.ExpiresAt));
        values.Add(Bytes(items, e => e.Body));
        values.Add(Bytes(items, e => e.Keys));
        return await command.ExecuteNonQueryAsync();
    }

    private static NpgsqlParameter<T[]> Array<T>(T[] values) => new() { TypedValue = values };

    private static NpgsqlParameter<T[]> Array<T>(List<PendingEntry> items, Func<Entry, T> value) => Array(items.ConvertAll(item => value(item.Entry)).ToArray());

    private static NpgsqlParameter<byte[]?[]> Bytes(List<PendingEntry> items, Func<Entry, byte[]?> value) =>
        new() { TypedValue = items.ConvertAll(item => value(item.Entry)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea };
}
