namespace Sotto.Server.Storage;

/// <summary>
/// The database: SQLite or PostgreSQL behind the same face. Reads run beside everything; a write is acknowledged when its commit is on disk.
/// </summary>
internal abstract class Database : IAsyncDisposable
{
    public abstract Dialect Dialect { get; }

    /// <summary>Reads; several statements see no half-done write of one transaction, but may see different moments.</summary>
    /// <exception cref="Contracts.RefusedException">UNAVAILABLE when the database can't serve.</exception>
    public abstract Task<T> ReadAsync<T>(Func<Session, Task<T>> read, CancellationToken ct);

    /// <summary>
    /// Writes in one transaction: an exception undoes all of it. The work may run again after a conflict with another node, so it must have
    /// no effects beyond the session, and must await nothing but the session (on SQLite it runs on the writer's thread).
    /// </summary>
    /// <exception cref="Contracts.RefusedException">UNAVAILABLE when the database can't serve; nothing is stored then.</exception>
    public abstract Task<T> WriteAsync<T>(Func<Session, Task<T>> write, CancellationToken ct);

    public Task WriteAsync(Func<Session, Task> write, CancellationToken ct) =>
        WriteAsync(
            async session =>
            {
                await write(session);
                return true;
            },
            ct);

    /// <summary>Opens the group commit of one store: items of many callers share a transaction. Once for each store, at start.</summary>
    public abstract IGroupCommit<TItem> OpenGroupCommit<TItem>(IBatchStore<TItem> store)
        where TItem : BatchItem;

    /// <summary>Waits until what was accepted is on disk or refused; later writes are refused.</summary>
    public abstract ValueTask DisposeAsync();
}

/// <summary>One item of a group commit. Completed after the commit is on disk, or with the refusal of this item alone.</summary>
internal abstract class BatchItem
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Done => _done.Task;

    /// <summary>Roughly what the item weighs in the transaction, in bytes.</summary>
    public abstract int Bytes { get; }

    /// <summary>Set by the store when this item alone is refused; its neighbours go on.</summary>
    public Exception? Refusal { get; set; }

    public void Complete()
    {
        if (Refusal is { } refusal)
        {
            _done.TrySetException(refusal);
        }
        else
        {
            _done.TrySetResult();
        }
    }
}

/// <summary>Writes the items of one batch inside one transaction.</summary>
internal interface IBatchStore<TItem>
    where TItem : BatchItem
{
    /// <summary>Writes all, or sets <see cref="BatchItem.Refusal"/> on those that can't be. An exception undoes the batch for all.</summary>
    Task WriteAsync(Session session, IReadOnlyList<TItem> items);

    /// <summary>The commit is on disk. Called in commit order, before any item completes; must be quick and must not throw.</summary>
    void Committed(IReadOnlyList<TItem> items);
}

/// <summary>Where items wait for the next commit.</summary>
internal interface IGroupCommit<in TItem>
    where TItem : BatchItem
{
    /// <summary>Completes when the item is on disk. Cancellation counts only until the item is queued.</summary>
    Task AddAsync(TItem item, CancellationToken ct);
}
