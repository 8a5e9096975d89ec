using System.Data.Common;
using Dapper;

namespace Sotto.Server.Storage;

/// <summary>One connection in one transaction (or a reader's snapshot), and the few ways to talk to it.</summary>
/// <remarks>On SQLite every task here is complete when it is returned; the writer thread relies on that.</remarks>
internal sealed class Session(DbConnection connection, DbTransaction? transaction, Dialect dialect)
{
    public DbConnection Connection => connection;

    public DbTransaction? Transaction => transaction;

    public Dialect Dialect => dialect;

    public async Task<IReadOnlyList<T>> ListAsync<T>(string sql, object? args = null) =>
        (await connection.QueryAsync<T>(sql, args, transaction)).AsList();

    /// <summary>The first row, or the default of <typeparamref name="T"/>.</summary>
    public Task<T?> FirstAsync<T>(string sql, object? args = null) => connection.QueryFirstOrDefaultAsync<T>(sql, args, transaction)!;

    public Task<T?> ScalarAsync<T>(string sql, object? args = null) => connection.ExecuteScalarAsync<T>(sql, args, transaction);

    /// <summary>The number of rows changed.</summary>
    public Task<int> ExecuteAsync(string sql, object? args = null) => connection.ExecuteAsync(sql, args, transaction);

    /// <summary>Ids for <c>in @ids</c>, in the form this database takes them.</summary>
    public SqlMapper.ICustomQueryParameter Ids(IEnumerable<Guid> ids) => new IdList(ids);

    /// <summary>Runs a part that may fail alone: on an exception its writes are undone, and the exception goes on.</summary>
    /// <exception cref="IOException">The fault undid the whole transaction, as SQLite does when the disk is full; nothing of it may go on.</exception>
    public async Task PartAsync(Func<Task> part)
    {
        await ExecuteAsync("savepoint part");
        try
        {
            await part();
        }
        catch (Exception fault)
        {
            await UndoPartAsync(fault);
            throw;
        }

        await ExecuteAsync("release savepoint part");
    }

    private async Task UndoPartAsync(Exception fault)
    {
        try
        {
            await ExecuteAsync("rollback to savepoint part");
        }
        catch (Exception lost) when (lost is DbException or InvalidOperationException)
        {
            throw new IOException("The transaction was undone as a whole.", fault);
        }
    }
}
