using Microsoft.Extensions.Options;

namespace Sotto.Server.Storage;

internal static class StorageModule
{
    public static void AddStorage(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<StorageOptions>().BindConfiguration(StorageOptions.Section);
        builder.Services.AddSingleton<Database>(services =>
        {
            var options = services.GetRequiredService<IOptions<StorageOptions>>().Value;
            Migrator.MakeFolder(options);
            var only = options.IsPostgres || options.IsInMemory ? null : SqliteLock.Take(options);
            Migrator.Migrate(options, services.GetRequiredService<ILogger<Database>>());
            return options.IsPostgres
                ? new PostgresDatabase(options.ConnectionString, services.GetRequiredService<ILogger<PostgresDatabase>>())
                : new SqliteDatabase(options.ConnectionString, services.GetRequiredService<ILogger<SqliteDatabase>>(), only);
        });
        builder.Services.AddSingleton<JobStore>();
        builder.Services.AddHostedService<Sweeper>();
    }
}
