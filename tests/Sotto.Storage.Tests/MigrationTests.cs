using Microsoft.Extensions.Logging.Abstractions;
using Sotto.Server.Storage;

namespace Sotto.Storage.Tests;

/// <summary>Bringing the schema up to date.</summary>
public sealed class MigrationTests(Databases databases)
{
    private static int Scripts { get; } = typeof(Migrator).Assembly.GetManifestResourceNames().Count(name => name.EndsWith(".sql", StringComparison.Ordinal));

    [Fact, Rule("S8")]
    public async Task Many_nodes_that_start_together_migrate_a_new_database_once()
    {
        var options = await databases.NewEmptyAsync(Engine.Postgres);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Factory.StartNew(
            () => Migrator.Migrate(options, NullLogger.Instance), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        Assert.Equal(Scripts, await MigratedAsync(options));
    }

    [Theory, InlineData(Engine.Sqlite), InlineData(Engine.Postgres), Rule("S8")]
    public async Task A_second_start_changes_nothing(Engine engine)
    {
        var options = await databases.NewAsync(engine);
        Migrator.Migrate(options, NullLogger.Instance);
        Assert.Equal(Scripts, await MigratedAsync(options));
    }

    private static async Task<long> MigratedAsync(StorageOptions options)
    {
        await using var database = Databases.Open(options);
        return await database.ReadAsync(session => session.ScalarAsync<long>("select count(*) from schemaversions"), CancellationToken.None);
    }
}
