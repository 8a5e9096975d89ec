using Microsoft.Data.Sqlite;

namespace Sotto.Server.Storage;

/// <summary>
/// One server at a time has a SQLite file: a second one would not hear of what the first one writes. The lock is the process's, so that it goes with
/// it however it ends.
/// </summary>
internal sealed class SqliteLock : IDisposable
{
    private readonly FileStream? _file;

    private SqliteLock(FileStream? file) => _file = file;

    /// <exception cref="CannotStartException">Another server runs on this file, or the folder can't be written.</exception>
    public static SqliteLock Take(StorageOptions options)
    {
        var source = new SqliteConnectionStringBuilder(options.ConnectionString).DataSource;
        if (source == ":memory:")
        {
            // Nobody else has that.
            return new SqliteLock(null);
        }

        var path = source + ".lock";
        try
        {
            return new SqliteLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException fault)
        {
            throw new CannotStartException($"the database's folder can't be written: {fault.Message}", fault);
        }
        catch (DirectoryNotFoundException fault)
        {
            throw new CannotStartException($"the database's folder doesn't exist: {fault.Message}", fault);
        }
        catch (IOException fault)
        {
            throw new CannotStartException($"another server may be running on the same database: {fault.Message} To run several, use PostgreSQL.", fault);
        }
    }

    public void Dispose() => _file?.Dispose();
}
