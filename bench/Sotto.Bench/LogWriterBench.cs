using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Sotto.Contracts;
using Sotto.Server.Conversations;
using Sotto.Server.Storage;

namespace Sotto.Bench;

/// <summary>
/// The log writer against a bare batched insert of the same rows into the same table with the same indexes, in turns. Bare: one connection, batches of
/// 512, no counter, no fence, nobody waiting. The log: thousands of appenders at once, each waiting for its commit.
/// </summary>
internal static class LogWriterBench
{
    private const int Conversations = 500;
    private const int Rows = 30_000;
    private const int Appenders = 2_000;
    private const int Rounds = 7;

    public static async Task RunAsync(string? postgres)
    {
        var folder = Directory.CreateTempSubdirectory("sotto-bench-").FullName;
        try
        {
            await CompareAsync("SQLite", new StorageOptions { DataDirectory = folder });
            if (postgres is not null)
            {
                await CompareAsync("PostgreSQL", new StorageOptions { DataDirectory = folder, Database = postgres });
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task CompareAsync(string name, StorageOptions options)
    {
        Migrator.Migrate(options, NullLogger.Instance);
        await using Database database = options.IsPostgres
            ? new PostgresDatabase(options.ConnectionString, NullLogger<PostgresDatabase>.Instance)
            : new SqliteDatabase(options.ConnectionString, NullLogger<SqliteDatabase>.Instance);
        var log = new ConversationLog(database, new LogStore([]));
        var conversations = Enumerable.Range(0, Conversations).Select(_ => Ids.New(TimeProvider.System)).ToArray();
        await database.WriteAsync(
            async session =>
            {
                foreach (var id in conversations)
                {
                    await session.ExecuteAsync("insert into heads (conversation_id, last_seq, roster_version) values (@id, 0, 1)", new { id });
                }
            },
            CancellationToken.None);

        var ratios = new List<double>();
        var next = 1L;
        for (var round = 0; round <= Rounds; round++)
        {
            var bareEntries = Make(conversations);
            foreach (var entry in bareEntries)
            {
                entry.Seq = 1_000_000_000 + next++;
            }

            // The first round only compiles, and who goes first changes: neither is to win by that.
            var before = round % 2 == 0 ? await OursAsync(log, Make(conversations)) : 0;
            var bare = options.IsPostgres ? await BarePostgresAsync(options, bareEntries) : BareSqlite(options, bareEntries);
            var ours = round % 2 == 0 ? before : await OursAsync(log, Make(conversations));
            if (round == 0)
            {
                continue;
            }

            ratios.Add(ours / bare);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"log-writer {name} round {round}: bare {bare:N0} rows/s, log {ours:N0} rows/s, ratio {ours / bare:F2}"));
        }

        ratios.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"log-writer {name}: median ratio {ratios[Rounds / 2]:F2} (goal 0.85)"));
    }

    private static Entry[] Make(Guid[] conversations)
    {
        var body = new byte[1400];
        Array.Fill(body, (byte)'a');
        var keys = PackedKeys.From([new WrappedKey(conversations[0], conversations[0], new string('k', 180), "x25519-aead", new string('n', 16))]).Blob.ToArray();
        return [.. Enumerable.Range(0, Rows).Select(i => new Entry
        {
            Id = Ids.New(TimeProvider.System),
            ConversationId = conversations[i * 7919 % conversations.Length],
            SenderId = conversations[1],
            SenderDeviceId = conversations[2],
            ClientMessageId = Ids.New(TimeProvider.System),
            RequestHash = new byte[16],
            CreatedAt = i,
            UpdatedAt = i,
            Body = body,
            Keys = keys,
        })];
    }

    private static async Task<double> OursAsync(ConversationLog log, Entry[] entries)
    {
        var next = -1;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Appenders).Select(async _ =>
        {
            int i;
            while ((i = Interlocked.Increment(ref next)) < entries.Length)
            {
                await log.AppendAsync(new PendingEntry(entries[i], 1), CancellationToken.None);
            }
        }));
        return entries.Length / watch.Elapsed.TotalSeconds;
    }

    private static double BareSqlite(StorageOptions options, Entry[] entries)
    {
        using var connection = new SqliteConnection(options.ConnectionString);
        connection.Open();
        using (var pragmas = connection.CreateCommand())
        {
            pragmas.CommandText = "pragma synchronous=full; pragma temp_store=memory; pragma cache_size=-65536; pragma wal_autocheckpoint=4096;";
            pragmas.ExecuteNonQuery();
        }

        using var insert = SqliteAppend.InsertCommand(connection);
        var watch = Stopwatch.StartNew();
        foreach (var batch in entries.Chunk(512))
        {
            using var transaction = connection.BeginTransaction(deferred: false);
            insert.Transaction = transaction;
            foreach (var entry in batch)
            {
                SqliteAppend.Fill(insert, entry);
                insert.ExecuteNonQuery();
            }

            transaction.Commit();
        }

        return entries.Length / watch.Elapsed.TotalSeconds;
    }

    private static async Task<double> BarePostgresAsync(StorageOptions options, Entry[] entries)
    {
        await using var source = NpgsqlDataSource.Create(options.ConnectionString + ";Max Auto Prepare=64;Auto Prepare Min Usages=2");
        await using var connection = await source.OpenConnectionAsync();
        var watch = Stopwatch.StartNew();
        foreach (var batch in entries.Chunk(512))
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await InsertAsync(connection, transaction, batch);
            await transaction.CommitAsync();
        }

        return entries.Length / watch.Elapsed.TotalSeconds;
    }
    private static async Task InsertAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Entry[] entries)
    {
        const string Insert =
            $"insert into entries ({LogStore.Columns}) select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
        await using var command = new NpgsqlCommand(Insert, connection, transaction);
        Add(e => e.Id);
        Add(e => e.ConversationId);
        Add(e => e.Seq);
        Add(e => (long)e.Kind);
        Add(e => (long)e.MessageType);
        Add(e => e.SenderId);
        Add(e => e.SenderDeviceId);
        Add(e => e.ClientMessageId);
        Add(e => e.RequestHash);
        Add(e => e.TargetId);
        Add(e => e.EditCount);
        Add(e => e.Deleted);
        Add(e => e.CreatedAt);
        Add(e => e.UpdatedAt);
        Add(e => e.ExpiresAt);
        Add(e => e.Body);
        Add(e => e.Keys);
        await command.ExecuteNonQueryAsync();

        void Add<T>(Func<Entry, T> value) => command.Parameters.Add(new NpgsqlParameter<T[]> { TypedValue = Array.ConvertAll(entries, e => value(e)) });
    }
}
