using Npgsql;
using NpgsqlTypes;
using Sotto.Server.Storage;

namespace Sotto.Server.Conversations;

/// <summary>Appends runs of messages on PostgreSQL in one round trip: all heads locked in order, then all of them advanced and all rows inserted.</summary>
internal static class PostgresAppend
{
    // In a statement of its own, so that the one that follows sees what others had committed before they let go of a head.
    private const string Lock = "select 1 from heads where conversation_id = any($1) order by conversation_id for update";

    // A conversation may have two runs, decided on different rosters; only the one on the current roster advances.
    private const string Append =
        $"""
        with advanced as (
            update heads set last_seq = heads.last_seq + run.count
            from unnest($1, $2, $3) with ordinality as run (conversation_id, roster_version, count, number)
            where heads.conversation_id = run.conversation_id and heads.roster_version = run.roster_version
            returning run.number, heads.conversation_id, heads.last_seq - run.count as before
        ), inserted as (
            insert into entries ({LogStore.Columns})
            select item.id, advanced.conversation_id, advanced.before + item.place, item.kind, item.message_type, item.sender_id, item.sender_device_id,
                item.client_message_id, item.request_hash, item.target_id, item.edit_count, item.deleted, item.created_at, item.updated_at,
                item.expires_at, item.body, item.keys
            from unnest($4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
                as item (id, run, place, kind, message_type, sender_id, sender_device_id, client_message_id, request_hash, target_id, edit_count, deleted,
                created_at, updated_at, expires_at, body, keys)
            join advanced on advanced.number = item.run
        )
        select number, before from advanced
        """;

    public static async Task WriteAsync(Session session, List<List<PendingEntry>> runs)
    {
        try
        {
            await AppendAsync(session, runs);
        }
        catch (PostgresException repeat) when (repeat.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // Somebody repeated a client_message_id: undo, and take the rows one by one so that repeats take no seq.
            await session.ExecuteAsync("rollback to savepoint runs");
            foreach (var item in runs.SelectMany(run => run))
            {
                await LogStore.WriteAloneAsync(session, item);
            }
        }
    }

    private static async Task AppendAsync(Session session, List<List<PendingEntry>> runs)
    {
        await using var batch = new NpgsqlBatch((NpgsqlConnection)session.Connection, (NpgsqlTransaction?)session.Transaction);
        var conversations = runs.Select(run => run[0].Entry.ConversationId).ToArray();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("savepoint runs"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Lock) { Parameters = { Array(conversations) } });
        var append = new NpgsqlBatchCommand(Append)
        {
            Parameters =
            {
                Array(conversations), Array(runs.Select(run => run[0].RosterVersion).ToArray()), Array(runs.Select(run => (long)run.Count).ToArray()),
            },
        };
        Fill(append.Parameters, runs);
        batch.BatchCommands.Add(append);

        var before = new long?[runs.Count];
        await using (var reader = await batch.ExecuteReaderAsync())
        {
            await reader.NextResultAsync();
            while (await reader.ReadAsync())
            {
                before[reader.GetInt64(0) - 1] = reader.GetInt64(1);
            }
        }

        for (var i = 0; i < runs.Count; i++)
        {
            Number(runs[i], before[i]);
        }
    }

    private static void Fill(NpgsqlParameterCollection values, List<List<PendingEntry>> runs)
    {
        var items = runs.SelectMany(run => run).ToList();
        values.Add(Array(items, e => e.Id));
        values.Add(Array(runs.SelectMany((run, i) => Enumerable.Repeat(i + 1L, run.Count)).ToArray()));
        values.Add(Array(runs.SelectMany(run => Enumerable.Range(1, run.Count).Select(place => (long)place)).ToArray()));
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
    }

    /// <summary>Null where the roster is no longer the one that the run was decided on.</summary>
    private static void Number(List<PendingEntry> run, long? before)
    {
        foreach (var item in run)
        {
            if (++before is { } seq)
            {
                item.Entry.Seq = seq;
            }
            else
            {
                item.Refusal = new RosterMovedException();
            }
        }
    }

    private static NpgsqlParameter<T[]> Array<T>(T[] values) => new() { TypedValue = values };

    private static NpgsqlParameter<T[]> Array<T>(List<PendingEntry> items, Func<Entry, T> value) => Array(items.ConvertAll(item => value(item.Entry)).ToArray());

    private static NpgsqlParameter<byte[]?[]> Bytes(List<PendingEntry> items, Func<Entry, byte[]?> value) =>
        new() { TypedValue = items.ConvertAll(item => value(item.Entry)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea };
}
