using System.Globalization;
using System.Security.Cryptography;

namespace Sotto.Server.Accounts;

/// <summary>Where signing keys are kept.</summary>
internal interface ISigningKeyKeeper
{
    Task<IReadOnlyList<SigningKey>> LoadAsync(CancellationToken ct);

    Task KeepAsync(SigningKey key, CancellationToken ct);

    Task ForgetAsync(SigningKey key, CancellationToken ct);
}

/// <summary>Signing keys as PEM files that only the server's user can read: <c>keys/{created}-{id}.pem</c> in the data directory.</summary>
internal sealed class SigningKeyFiles(string dataDirectory) : ISigningKeyKeeper
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _folder = Path.Combine(dataDirectory, "keys");

    public async Task<IReadOnlyList<SigningKey>> LoadAsync(CancellationToken ct)
    {
        var keys = new List<SigningKey>();
        if (!Directory.Exists(_folder))
        {
            return keys;
        }

        foreach (var path in Directory.EnumerateFiles(_folder, "*.pem").Order(StringComparer.Ordinal))
        {
            var created = long.Parse(Path.GetFileName(path).Split('-', 2)[0], CultureInfo.InvariantCulture);
            using var pair = ECDsa.Create();
            pair.ImportFromPem(await File.ReadAllTextAsync(path, ct));
            keys.Add(SigningKey.Load(pair.ExportPkcs8PrivateKey(), DateTimeOffset.FromUnixTimeMilliseconds(created)));
        }

        return keys;
    }

    public async Task KeepAsync(SigningKey key, CancellationToken ct)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(_folder);
        }
        else
        {
            Directory.CreateDirectory(_folder, Private | UnixFileMode.UserExecute);
            options.UnixCreateMode = Private;
        }

        // Written beside and then moved: a crash never leaves half a key.
        var path = PathOf(key);
        await using (var writer = new StreamWriter(path + ".new", options))
        {
            await writer.WriteLineAsync(PemEncoding.Write("PRIVATE KEY", key.Pkcs8), ct);
        }

        File.Move(path + ".new", path, overwrite: true);
    }

    public Task ForgetAsync(SigningKey key, CancellationToken ct)
    {
        File.Delete(PathOf(key));
        return Task.CompletedTask;
    }

    private string PathOf(SigningKey key) => Path.Combine(_folder, $"{key.CreatedAt.ToUnixTimeMilliseconds()}-{key.Id}.pem");
}
