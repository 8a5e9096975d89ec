using System.Data.Common;
using DbUp;
using DbUp.Engine;
using DbUp.Engine.Output;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Sotto.Server.Storage;

/// <summary>Brings the schema up to date at start: the numbered files of <c>Migrations/</c>, forward only, the same text for both databases.</summary>
internal static class Migrator
{
    private const int WaitSeconds = 300;

    // Any number, as long as all versions use the same.
    private const long LockKey = 0x736f74746f;

    /// <exception cref="CannotStartException">The data folder can't be made.</exception>
    public static void MakeFolder(StorageOptions options)
    {
        try
        {
            // What lies in it is nobody else's on this machine. A folder that is there already stays as its owner made it.
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(options.DataDirectory);
            }
            else
            {
                Directory.CreateDirectory(options.DataDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CannotStartException($"the data folder {Path.GetFullPath(options.DataDirectory)} can't be made or opened: {fault.Message}", fault);
        }
    }

    /// <summary>Of several nodes that start together on PostgreSQL one migrates, and the others wait; a SQLite file has one server only.</summary>
    /// <exception cref="CannotStartException">The database doesn't answer, or doesn't take the schema.</exception>
    public static void Migrate(StorageOptions options, ILogger log)
    {
        try
        {
            MakeFolder(options);
            using var turn = options.IsPostgres ? TakeTurn(options.ConnectionString) : null;
            Upgrade(options, log);
        }
        catch (Exception fault) when (fault is DbException or ArgumentException or TimeoutException or IOException)
        {
            throw new CannotStartException(
                fault is ArgumentException ? $"the setting Sotto:Database is wrong: {fault.Message}" : $"the database doesn't answer: {fault.Message}", fault);
        }
    }

    /// <summary>The lock goes with the connection.</summary>
    private static NpgsqlConnection TakeTurn(string connectionString)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"select pg_advisory_lock({LockKey})";
        command.CommandTimeout = WaitSeconds;
        command.ExecuteNonQuery();
        return connection;
    }

    private static void Upgrade(StorageOptions options, ILogger log)
    {
        var upgrade = options.IsPostgres
            ? DeployChanges.To.PostgresqlDatabase(options.ConnectionString)
            : DeployChanges.To.SqliteDatabase(WalConnectionString(options));
        var result = upgrade
            .WithScriptsEmbeddedInAssembly(typeof(Migrator).Assembly, name => name.EndsWith(".sql", StringComparison.Ordinal))
            .WithVariablesDisabled()
            .WithTransaction()
            .LogTo(new NoUpgradeLog())
            .Build()
            .PerformUpgrade();
        if (!result.Successful)
        {
            throw result.ErrorScript is { } script
                ? new CannotStartException($"the database could not be brought to the schema of this version at {script.Name}: {result.Error.Message}", result.Error)
                : new CannotStartException($"the database doesn't answer: {result.Error.Message}", result.Error);
        }

        if (result.Scripts.LastOrDefault() is { } last)
        {
            // Of Sotto.Server.Storage.Migrations.0005-calls.sql what somebody knows it by: 0005-calls.
            Log.Migrated(log, options.IsPostgres ? "PostgreSQL" : "SQLite", last.Name.Split('.')[^2]);
        }
    }

    private static string WalConnectionString(StorageOptions options)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder(options.ConnectionString) { Pooling = false }.ConnectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "pragma journal_mode=wal";
        command.ExecuteNonQuery();
        return connection.ConnectionString;
    }

    /// <summary>DbUp's own lines would only repeat what <see cref="Log.Migrated"/> says.</summary>
    private sealed class NoUpgradeLog : IUpgradeLog
    {
        public void LogTrace(string format, params object[] args)
        {
        }

        public void LogDebug(string format, params object[] args)
        {
        }

        public void LogInformation(string format, params object[] args)
        {
        }

        public void LogWarning(string format, params object[] args)
        {
        }

        public void LogError(string format, params object[] args)
        {
        }

        public void LogError(Exception ex, string format, params object[] args)
        {
        }
    }
}
