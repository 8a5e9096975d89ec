using Sotto.Contracts;
using Sotto.Server.Storage;

namespace Sotto.Server.Devices;

internal sealed class BackupRow
{
    public const string Columns = "name, version, etag, length(content) as size, updated_at";

    public string Name { get; init; } = "";

    public long Version { get; init; }

    public string Etag { get; init; } = "";

    public long Size { get; init; }

    public long UpdatedAt { get; init; }

    public BackupInfo ToInfo() => new(Name, Version, Size, Times.FromMs(UpdatedAt));
}

internal sealed class BackupStore(Database database)
{
    public Task<Page<BackupInfo>> ListAsync(Guid userId, int skip, int limit, CancellationToken ct) =>
        database.ReadAsync(
            async session =>
            {
                var count = await session.ScalarAsync<long>("select count(*) from backups where user_id = @userId", new { userId });
                var rows = await session.ListAsync<BackupRow>(
                    $"select {BackupRow.Columns} from backups where user_id = @userId order by name limit @limit offset @skip", new { userId, skip, limit });
                return new Page<BackupInfo>([.. rows.Select(row => row.ToInfo())], count);
            },
            ct);

    public Task<BackupRow?> FindAsync(Guid userId, string name, CancellationToken ct) =>
        database.ReadAsync(session => FindAsync(session, userId, name), ct);

    public static Task<BackupRow?> FindAsync(Session session, Guid userId, string name) =>
        session.FirstAsync<BackupRow>($"select {BackupRow.Columns} from backups where user_id = @userId and name = @name", new { userId, name });

    /// <summary>The bytes of this version; null when it was replaced meanwhile.</summary>
    public Task<byte[]?> ContentAsync(Guid userId, string name, string etag, CancellationToken ct) =>
        database.ReadAsync(
            session => session.FirstAsync<byte[]>(
                "select content from backups where user_id = @userId and name = @name and etag = @etag", new { userId, name, etag }),
            ct);

    /// <summary>How many blobs the user has besides this one, and how many bytes they are.</summary>
    public static async Task<(long Count, long Bytes)> OthersAsync(Session session, Guid userId, string name)
    {
        var sums = await session.FirstAsync<SumRow>(
            "select count(*) as count, coalesce(sum(length(content)), 0) as bytes from backups where user_id = @userId and name <> @name", new { userId, name });
        return (sums!.Count, sums.Bytes);
    }

    public static Task PutAsync(Session session, Guid userId, BackupRow row, byte[] content) =>
        session.ExecuteAsync(
            """
            insert into backups (user_id, name, version, etag, content, updated_at) values (@userId, @Name, @Version, @Etag, @content, @UpdatedAt)
            on conflict (user_id, name) do update set version = excluded.version, etag = excluded.etag, content = excluded.content, updated_at = excluded.updated_at
            """,
            new { userId, row.Name, row.Version, row.Etag, content, row.UpdatedAt });

    public static Task<int> RemoveAsync(Session session, Guid userId, string name) =>
        session.ExecuteAsync("delete from backups where user_id = @userId and name = @name", new { userId, name });

    private sealed class SumRow
    {
        public long Count { get; init; }

        public long Bytes { get; init; }
    }
}
