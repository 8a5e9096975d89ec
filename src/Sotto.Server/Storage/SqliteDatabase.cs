using System.Data.Common;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Sotto.Contracts;

namespace Sotto.Server.Storage;

/// <summary>SQLite in WAL mode with synchronous=FULL: one writer on a thread of its own, pooled readers beside it.</summary>
internal sealed class SqliteDatabase : Database
{
    // Figures of the group commit: what queued while the last commit ran, but no more than this at once.
    private const int MaxItems = 512;
    private const int MaxBytes = 1024 * 1024;
    private const int QueueLength = 16_384;

    private readonly Channel<Work> _queue = Channel.CreateBounded<Work>(new BoundedChannelOptions(QueueLength) { SingleReader = true });
    private readonly string _readerString;
    private readonly string _writerString;
    private readonly ILogger _log;
    private readonly SqliteLock? _only;
    private readonly Thread _thread;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly AutoResetEvent _arrived = new(initialState: false);

    /// <param name="only">Held for as long as the database is open.</param>
    public SqliteDatabase(string connectionString, ILogger<SqliteDatabase> log, SqliteLock? only = null)
    {
        (_log, _only) = (log, only);
        var builder = new SqliteConnectionStringBuilder(connectionString) { DefaultTimeout = 5 };
        _readerString = new SqliteConnectionStringBuilder(builder.ConnectionString) { Mode = SqliteOpenMode.ReadWrite, Pooling = true }.ConnectionString;
        _writerString = new SqliteConnectionStringBuilder(builder.ConnectionString) { Pooling = false }.ConnectionString;
        _thread = new Thread(WriteUntilStopped) { IsBackground = true, Name = "sqlite writer" };
        _thread.Start();
    }

    public override Dialect Dialect => Dialect.Sqlite;

    public override async Task<T> ReadAsync<T>(Func<Session, Task<T>> read, CancellationToken ct)
    {
        try
        {
            using var connection = new SqliteConnection(_readerString);
            connection.Open();
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
        var job = new Job<T>(write);
        await EnqueueAsync(job, ct);
        return await job.Result;
    }

    public override IGroupCommit<TItem> OpenGroupCommit<TItem>(IBatchStore<TItem> store) => new Group<TItem>(this, store);

    public override async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        _arrived.Set();
        await _stopped.Task;
        _arrived.Dispose();
        using var connection = new SqliteConnection(_readerString);
        SqliteConnection.ClearPool(connection);
        _only?.Dispose();
    }

    private async Task EnqueueAsync(Work work, CancellationToken ct)
    {
        if (!_queue.Writer.TryWrite(work))
        {
            try
            {
                await _queue.Writer.WriteAsync(work, ct);
            }
            catch (ChannelClosedException)
            {
                throw Dialect.Unavailable();
            }
        }

        _arrived.Set();
    }

    private void WriteUntilStopped()
    {
        SqliteConnection? connection = null;
        var batch = new List<Work>(MaxItems);
        try
        {
            while (Drain(batch))
            {
                if (batch.Count == 0)
                {
                    _arrived.WaitOne();
                    continue;
                }

                connection = Commit(connection, batch);
                batch.Clear();
            }
        }
        finally
        {
            connection?.Dispose();
            _stopped.SetResult();
        }
    }

    /// <returns>False when the queue is closed and empty.</returns>
    private bool Drain(List<Work> batch)
    {
        var bytes = 0;
        while (batch.Count < MaxItems && bytes < MaxBytes && _queue.Reader.TryRead(out var work))
        {
            bytes += work.Bytes;
            batch.Add(work);
        }

        return batch.Count > 0 || !_queue.Reader.Completion.IsCompleted;
    }

    private SqliteConnection? Commit(SqliteConnection? connection, List<Work> batch)
    {
        try
        {
            connection ??= OpenWriter();
            using var transaction = connection.BeginTransaction(deferred: false);
            var session = new Session(connection, transaction, Dialect);
            foreach (var part in Work.InOrder(batch))
            {
                part.Run(session);
            }

            transaction.Commit();
        }
        catch (Exception fault)
        {
            Log.CommitFailed(_log, batch.Count, fault);
            var refusal = Dialect.IsUnavailable(fault) ? Dialect.Unavailable() : fault;
            foreach (var work in batch)
            {
                work.Fail(refusal);
            }

            connection?.Dispose();
            return null;
        }

        foreach (var part in Work.InOrder(batch))
        {
            part.Committed();
        }

        foreach (var work in batch)
        {
            work.Complete();
        }

        return connection;
    }

    private SqliteConnection OpenWriter()
    {
        var connection = new SqliteConnection(_writerString);
        connection.Open();
        using var pragmas = connection.CreateCommand();
        // PERF: a checkpoint writes each page once, however often it changed; every 16 MiB of log instead of 4 saves most of those writes.
        pragmas.CommandText =
            "pragma journal_mode=wal; pragma synchronous=full; pragma wal_autocheckpoint=4096; pragma temp_store=memory; pragma cache_size=-65536;";
        pragmas.ExecuteNonQuery();
        return connection;
    }

    /// <summary>Something that waits in the queue.</summary>
    private abstract class Work
    {
        public abstract int Bytes { get; }

        /// <summary>The items of one group are one part; a job is a part of its own.</summary>
        public static IEnumerable<IPart> InOrder(List<Work> batch)
        {
            foreach (var work in batch)
            {
                if (work.AsPart(batch) is { } part)
                {
                    yield return part;
                }
            }
        }

        public abstract IPart? AsPart(List<Work> batch);

        public abstract void Complete();

        public abstract void Fail(Exception fault);
    }

    private interface IPart
    {
        void Run(Session session);

        void Committed();
    }

    private static void MustBeComplete(Task task)
    {
        if (!task.IsCompleted)
        {
            throw new InvalidOperationException("A write awaited something other than its session.");
        }

        task.GetAwaiter().GetResult();
    }

    private sealed class Job<T>(Func<Session, Task<T>> write) : Work, IPart
    {
        private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _value;
        private Exception? _fault;

        public Task<T> Result => _result.Task;

        public override int Bytes => 256;

        public override IPart AsPart(List<Work> batch) => this;

        public void Run(Session session)
        {
            try
            {
                MustBeComplete(session.PartAsync(async () => _value = await write(session)));
            }
            catch (Exception fault) when (!Dialect.IsUnavailable(fault))
            {
                _fault = fault;
            }
        }

        public void Committed()
        {
        }

        public override void Complete()
        {
            if (_fault is { } fault)
            {
                _result.TrySetException(fault);
            }
            else
            {
                _result.TrySetResult(_value!);
            }
        }

        public override void Fail(Exception fault) => _result.TrySetException(_fault ?? fault);
    }

    private sealed class Group<TItem>(SqliteDatabase database, IBatchStore<TItem> store) : IGroupCommit<TItem>
        where TItem : BatchItem
    {
        public async Task AddAsync(TItem item, CancellationToken ct)
        {
            await database.EnqueueAsync(new Item(item, store), ct);
            await item.Done;
        }

        private sealed class Item(TItem item, IBatchStore<TItem> store) : Work, IPart
        {
            private List<TItem>? _items;

            public override int Bytes => item.Bytes;

            /// <summary>The first item of the group speaks for all of them.</summary>
            public override IPart? AsPart(List<Work> batch)
            {
                if (_items is null && batch.OfType<Item>().First() == this)
                {
                    _items = batch.OfType<Item>().Select(other => other.Value).ToList();
                }

                return _items is null ? null : this;
            }

            private TItem Value => item;

            public void Run(Session session) => MustBeComplete(store.WriteAsync(session, _items!));

            public void Committed() => store.Committed(_items!);

            public override void Complete() => item.Complete();

            public override void Fail(Exception fault)
            {
                item.Refusal ??= fault;
                item.Complete();
            }
        }
    }
}
