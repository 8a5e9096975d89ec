using DbUp;
using DbUp.Engine;
using DbUp.Engine.Output;
using Microsoft.Data.Sqlite;

namespace Sotto.Server.Storage;

/// <summary>Brings the schema up to date at start: the numbered files of <c>Migrations/</c>, forward only, the same text for both databases.</summary>
internal static class Migrator
{
    public static void Migrate(StorageOptions options, ILogger log)
    {
        try
        {
            Directory.CreateDirectory(options.DataDirectory);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CannotStartException($"the data folder {Path.GetFullPath(options.DataDirectory)} can't be made or opened: {fault.Message}", fault);
        }

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

        Log.Migrated(log, options.IsPostgres ? "PostgreSQL" : "SQLite", result.Scripts.LastOrDefault()?.Name ?? "current");
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
