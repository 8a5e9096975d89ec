using Sotto.Server.Storage;

namespace Sotto.Storage.Tests;

public sealed class StorageOptionsTests
{
    [Fact]
    public void Without_a_setting_the_database_lies_in_the_data_directory()
    {
        var options = new StorageOptions { DataDirectory = "here" };
        Assert.False(options.IsPostgres);
        Assert.Equal($"Data Source={Path.Combine("here", "sotto.db")}", options.ConnectionString);
    }

    [Fact]
    public void A_host_means_postgresql() => Assert.True(new StorageOptions { Database = "Host=localhost;Database=sotto" }.IsPostgres);
}
