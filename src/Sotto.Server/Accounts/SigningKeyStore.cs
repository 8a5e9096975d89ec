using Sotto.Server.Storage;

namespace Sotto.Server.Accounts;

internal sealed class SigningKeyRow
{
    public long CreatedAt { get; init; }

    public byte[] PrivateKey { get; init; } = [];
}

/// <summary>Signing keys in the database, for nodes that share one.</summary>
internal sealed class SigningKeyStore(Database database) : ISigningKeyKeeper
{
    public async Task<IReadOnlyList<SigningKey>> LoadAsync(CancellationToken ct)
    {
        var rows = await database.ReadAsync(
            session => session.ListAsync<SigningKeyRow>("select created_at, private_key from signing_keys order by created_at"), ct);
        return [.. rows.Select(row => SigningKey.Load(row.PrivateKey, Times.FromMs(row.CreatedAt)))];
    }

    public Task KeepAsync(SigningKey key, CancellationToken ct) =>
        database.WriteAsync(
            session => session.ExecuteAsync(
                "insert into signing_keys (id, created_at, private_key) values (@id, @createdAt, @privateKey)",
                new { id = key.Id, createdAt = key.CreatedAt.ToUnixTimeMilliseconds(), privateKey = key.Pkcs8 }),
            ct);

    public Task ForgetAsync(SigningKey key, CancellationToken ct) =>
        database.WriteAsync(session => session.ExecuteAsync("delete from signing_keys where id = @id", new { id = key.Id }), ct);
}
