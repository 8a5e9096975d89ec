using System.Threading.Channels;
using Npgsql;
using Sotto.Contracts;

namespace Sotto.Server.Storage;

/// <summary>PostgreSQL with synchronous_commit=on: a pool for reads and writes, and one group commit a store.</summary>
internal sealed class PostgresDatabase : Database
{
    private const int MaxItems = 512;
    private const int MaxBytes = 1024 * 1024;
    private const int QueueLength = 16_384;
    private const int Attempts = 5;

    private readonly NpgsqlDataSource _source;
    private readonly ILogger _log;
    private readonly List<IAsyncDisposable> _groups = [];

    public PostgresDatabase(string connectionString, ILogger<PostgresDatabase> log)
    {
        _log = log;
        var builder = new NpgsqlConnectionStringBuilder(connectionString)
        {
            MaxAutoPrepare = 256,
            AutoPrepareMinUsages = 2,
            ApplicationName = "sotto",
        };
        _source = new NpgsqlDataSourceBuilder(builder.ConnectionString).Build();
    }

    public override Dialect Dialect => Dialect.Postgres;

    public override async Task<T> ReadAsync<T>(Func<Session, Task<T>> read, CancellationToken ct)
    {
        try
        {
            await using var connection = await _source.OpenConnectionAsync(ct);
            return await read(new Session(connection, null, Dialect));
        }
        catch (Exception fault) when (Dialect.IsUnavailable(fault))
        {
            Log.Unavailable(_log, fault);
            throw Dialect.Unavailable();
        }
    }

    public override async Task<T> WriteAsync<T>(Func<Session, Task<T>> write, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await _source.OpenConnectionAsync(ct);
                await using var transaction = await connection.BeginTransactionAsync(CancellationToken.None);
                var result = await write(new Session(connection, transaction, Dialect));
                await transaction.CommitAsync(CancellationToken.None);
                return result;
            }
            catch (PostgresException conflict) when (IsConflict(conflict) && attempt < Attempts)
            {
                // Another transaction was in the way; nothing is stored, so the work runs again.
            }
            catch (Exception fault) when (IsConflict(fault) || Dialect.IsUnavailable(fault))
            {
                Log.Unavailable(_log, fault);
                throw Dialect.Unavailable();
            }
        }
    }

    public override IGroupCommit<TItem> OpenGroupCommit<TItem>(IBatchStore<TItem> store)
    {
        var group = new Group<TItem>(this, store);
        _groups.Add(group);
        return group;
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var group in _groups)
        {
            await group.DisposeAsync();
        }

        await _source.DisposeAsync();
    }

    private static bool IsConflict(Exception fault) =>
        fault is PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected };

    private sealed class Group<TItem> : IGroupCommit<TItem>, IAsyncDisposable
        where TItem : BatchItem
    {
        private readonly Channel<TItem> _queue = Channel.CreateBounded<TItem>(new BoundedChannelOptions(QueueLength) { SingleReader = true });
        private readonly PostgresDatabase _database;
        private readonly IBatchStore<TItem> _store;
        private readonly Task _loop;

        public Group(PostgresDatabase database, IBatchStore<TItem> store)
        {
            (_database, _store) = (database, store);
            _loop = CommitUntilClosedAsync();
        }

        public async Task AddAsync(TItem item, CancellationToken ct)
        {
            try
            {
                await _queue.Writer.WriteAsync(item, ct);
            }
            catch (ChannelClosedException)
            {
                throw Dialect.Unavailable();
            }

            await item.Done;
        }

        public async ValueTask DisposeAsync()
        {
            _queue.Writer.TryComplete();
            await _loop;
        }

        private async Task CommitUntilClosedAsync()
        {
            var batch = new List<TItem>(MaxItems);
            while (await _queue.Reader.WaitToReadAsync())
            {
                var bytes = 0;
                while (batch.Count < MaxItems && bytes < MaxBytes && _queue.Reader.TryRead(out var item))
                {
                    bytes += item.Bytes;
                    batch.Add(item);
                }

                await CommitAsync(batch);
                batch.Clear();
            }
        }

        private async Task CommitAsync(List<TItem> batch)
        {
            try
            {
                await _database.WriteAsync(session => _store.WriteAsync(session, Fresh(batch)), CancellationToken.None);
                _store.Committed(batch);
            }
            catch (Exception fault)
            {
                Log.CommitFailed(_database._log, batch.Count, fault);
                foreach (var item in batch)
                {
                    item.Refusal ??= fault;
                }
            }

            foreach (var item in batch)
            {
                item.Complete();
            }
        }

        private static List<TItem> Fresh(List<TItem> batch)
        {
            foreach (var item in batch)
            {
                item.Refusal = null;
            }

            return batch;
        }
    }
}
