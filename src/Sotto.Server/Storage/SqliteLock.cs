using Microsoft.Data.Sqlite;

namespace Sotto.Server.Storage;

/// <summary>
/// One server at a time has a SQLite file: a second one would not hear of what the first one writes. The lock is the process's, so that it goes with
/// it however it ends.
/// </summary>
internal sealed class SqliteLock : IDisposable
{
    // What the system answers when the lock is somebody else's.
    private const int WouldBlock = 11;
    private const int WouldBlockOnMac = 35;

    private readonly FileStream _file;

    private SqliteLock(FileStream file) => _file = file;

    /// <exception cref="CannotStartException">Another server runs on this file, or the folder can't be written.</exception>
    public static SqliteLock Take(StorageOptions options)
    {
        try
        {
            var path = new SqliteConnectionStringBuilder(options.ConnectionString).DataSource + ".lock";
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
        catch (ArgumentException fault)
        {
            throw new CannotStartException($"the setting Sotto:Database is wrong: {fault.Message} It is 'Data Source=…' or 'Host=…'.", fault);
        }
        catch (IOException fault) when (fault.HResult is WouldBlock or WouldBlockOnMac)
        {
            throw new CannotStartException("another server runs on the same database. To run several servers, use PostgreSQL.", fault);
        }
        catch (IOException fault)
        {
            throw new CannotStartException($"the database can't be opened: {fault.Message}", fault);
        }
    }

    public void Dispose() => _file.Dispose();
}
