using Microsoft.Extensions.Logging.Abstractions;
using Sotto.Contract.Tests.Stage;
using Sotto.Server.Storage;
using Sotto.Storage.Tests;

[assembly: AssemblyFixture(typeof(Databases))]

namespace Sotto.Storage.Tests;

/// <summary>Which database a test runs on.</summary>
public enum Engine
{
    Sqlite,
    Postgres,
}

/// <summary>Fresh, migrated databases of both kinds.</summary>
public sealed class Databases : IAsyncDisposable
{
    private readonly Lazy<Task<Postgres>> _postgres = new(Postgres.StartAsync);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sotto-storage-");
    private int _made;

    /// <summary>Where a new database is that nothing has touched.</summary>
    internal async Task<StorageOptions> NewEmptyAsync(Engine engine) => new()
    {
        DataDirectory = Path.Combine(_folder.FullName, $"{Interlocked.Increment(ref _made)}"),
        Database = engine == Engine.Postgres ? await (await _postgres.Value).NewDatabaseAsync() : "",
    };

    /// <summary>Where a new database is; migrated, and open for as many nodes as wanted.</summary>
    internal async Task<StorageOptions> NewAsync(Engine engine)
    {
        var options = await NewEmptyAsync(engine);
        Migrator.Migrate(options, NullLogger.Instance);
        return options;
    }

    internal static Database Open(StorageOptions options) => options.IsPostgres
        ? new PostgresDatabase(options.ConnectionString, NullLogger<PostgresDatabase>.Instance)
        : new SqliteDatabase(options.ConnectionString, NullLogger<SqliteDatabase>.Instance);

    public async ValueTask DisposeAsync()
    {
        if (_postgres.IsValueCreated)
        {
            Npgsql.NpgsqlConnection.ClearAllPools();
            await (await _postgres.Value).DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }
}
