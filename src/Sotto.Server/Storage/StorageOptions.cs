namespace Sotto.Server.Storage;

/// <summary>Where everything is kept. Section <c>Sotto</c>.</summary>
internal sealed class StorageOptions
{
    public const string Section = "Sotto";

    /// <summary>Folder of database, blobs and signing keys.</summary>
    public string DataDirectory { get; set; } = "./data";

    /// <summary><c>Data Source=…</c> for SQLite, <c>Host=…</c> for PostgreSQL. Empty: <c>sotto.db</c> in the data directory.</summary>
    public string Database { get; set; } = "";

    /// <summary>A database that lives as long as the process, for who only wants to look at the server's parts: it has no file.</summary>
    public bool IsInMemory => Database.Contains(":memory:", StringComparison.Ordinal);

    public bool IsPostgres => Database.Contains("Host=", StringComparison.OrdinalIgnoreCase);

    public string ConnectionString => Database.Length > 0 ? Database : $"Data Source={Path.Combine(DataDirectory, "sotto.db")}";
}
