using Microsoft.Data.Sqlite;
using Sotto.Server.Storage;

namespace Sotto.Server.Conversations;

/// <summary>Appends a run of messages of one conversation on SQLite: one update of the head, then prepared inserts.</summary>
/// <remarks>PERF: the commands are prepared once for each writer connection; see bench "log-writer". File name not …Store: it is a part of <see cref="LogStore"/>.</remarks>
internal sealed class SqliteAppend
{
    private SqliteConnection? _connection;
    private SqliteCommand _advance = null!;
    private SqliteCommand _insert = null!;

    public async Task WriteAsync(Session session, List<PendingEntry> run)
    {
        Prepare(session);
        var first = run[0];
        _advance.Parameters[0].Value = first.Entry.ConversationId.ToByteArray(bigEndian: true);
        _advance.Parameters[1].Value = first.RosterVersion;
        _advance.Parameters[2].Value = (long)run.Count;
        if (_advance.ExecuteScalar() is not long last)
        {
            foreach (var item in run)
            {
                item.Refusal = new RosterMovedException();
            }

            return;
        }

        var next = last - run.Count + 1;
        foreach (var item in run)
        {
            item.Entry.Seq = next;
            if (TryInsert(item.Entry))
            {
                next++;
            }
            else
            {
                item.Existing = await LogStore.ExistingAsync(session, item.Entry);
            }
        }

        if (next <= last)
        {
            // Repeats took no seq: the log stays dense.
            _advance.Parameters[2].Value = next - 1 - last;
            _advance.ExecuteScalar();
        }
    }

    /// <summary>The insert of one row, ready to be filled.</summary>
    internal static SqliteCommand InsertCommand(SqliteConnection connection)
    {
        var insert = connection.CreateCommand();
        insert.CommandText = LogStore.Insert;
        Add(
            insert, "@Id", "@ConversationId", "@Seq", "@Kind", "@MessageType", "@SenderId", "@SenderDeviceId", "@ClientMessageId", "@RequestHash",
            "@TargetId", "@EditCount", "@Deleted", "@CreatedAt", "@UpdatedAt", "@ExpiresAt", "@Body", "@Keys");
        return insert;
    }

    internal static void Fill(SqliteCommand insert, Entry entry)
    {
        var values = insert.Parameters;
        values[0].Value = entry.Id.ToByteArray(bigEndian: true);
        values[1].Value = entry.ConversationId.ToByteArray(bigEndian: true);
        values[2].Value = entry.Seq;
        values[3].Value = (long)entry.Kind;
        values[4].Value = (long)entry.MessageType;
        values[5].Value = entry.SenderId.ToByteArray(bigEndian: true);
        values[6].Value = Blob(entry.SenderDeviceId);
        values[7].Value = Blob(entry.ClientMessageId);
        values[8].Value = (object?)entry.RequestHash ?? DBNull.Value;
        values[9].Value = Blob(entry.TargetId);
        values[10].Value = entry.EditCount;
        values[11].Value = entry.Deleted ? 1L : 0L;
        values[12].Value = entry.CreatedAt;
        values[13].Value = entry.UpdatedAt;
        values[14].Value = (object?)entry.ExpiresAt ?? DBNull.Value;
        values[15].Value = entry.Body;
        values[16].Value = entry.Keys;
    }

    /// <returns>False when the same client_message_id is stored already.</returns>
    private bool TryInsert(Entry entry)
    {
        Fill(_insert, entry);
        try
        {
            _insert.ExecuteNonQuery();
            return true;
        }
        catch (SqliteException fault) when (Dialect.IsUniqueViolation(fault) && entry.ClientMessageId is not null)
        {
            return false;
        }
    }

    private void Prepare(Session session)
    {
        var connection = (SqliteConnection)session.Connection;
        if (!ReferenceEquals(_connection, connection))
        {
            _connection = connection;
            _advance = connection.CreateCommand();
            _advance.CommandText =
                "update heads set last_seq = last_seq + @count where conversation_id = @conversation and roster_version = @roster returning last_seq";
            Add(_advance, "@conversation", "@roster", "@count");
            _insert = InsertCommand(connection);
        }

        _advance.Transaction = (SqliteTransaction?)session.Transaction;
        _insert.Transaction = (SqliteTransaction?)session.Transaction;
    }

    private static object Blob(Guid? id) => id is { } value ? value.ToByteArray(bigEndian: true) : DBNull.Value;

    private static void Add(SqliteCommand command, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        }
    }
}
