using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Sotto.Contracts;
using Sotto.Server.Storage;

namespace Sotto.Server.Accounts;

/// <summary>
/// The one-time code that makes the first user an administrator. The database knows its hash; until it is spent, the code itself lies in the data
/// directory of the node that made it, readable by the server's user only, so that the link can be shown again.
/// </summary>
internal sealed class SetupCode(FactStore facts, IOptions<StorageOptions> storage)
{
    private const string Fact = "setup_code";
    private const string Spent = "spent";

    private string File => Path.Combine(storage.Value.DataDirectory, "setup-code");

    /// <summary>The code to show, made at the very first start; null once it is spent, and on nodes that don't have it.</summary>
    public async Task<string?> ToShowAsync(CancellationToken ct)
    {
        if (await facts.FindAsync(Fact, ct) is not { } stored)
        {
            var made = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24));
            await KeepAsync(made, ct);
            if (await facts.AddAsync(Fact, Hash(made), ct))
            {
                return made;
            }

            // Another node was first.
            System.IO.File.Delete(File);
            return null;
        }

        if (!System.IO.File.Exists(File))
        {
            return null;
        }

        var kept = (await System.IO.File.ReadAllTextAsync(File, ct)).Trim();
        if (Hash(kept) == stored)
        {
            return kept;
        }

        System.IO.File.Delete(File);
        return null;
    }

    /// <summary>The code is spent: it needs no showing any more.</summary>
    public void Forget() => System.IO.File.Delete(File);

    /// <summary>Spends the code, in the transaction that makes the administrator.</summary>
    /// <exception cref="RefusedException">SETUP_DONE, INVALID_CREDENTIALS.</exception>
    public static async Task SpendAsync(Session session, string code)
    {
        var stored = await FactStore.FindAsync(session, Fact);
        if (stored == Spent)
        {
            throw Errors.SetupDone.Because("This server has its first administrator already.");
        }

        if (stored is null || !CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(stored), Encoding.ASCII.GetBytes(Hash(code))))
        {
            throw Errors.InvalidCredentials.Because("This set-up code is not the one that the server printed.");
        }

        await FactStore.ChangeAsync(session, Fact, Spent);
    }

    private static string Hash(string code) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(code)));

    private async Task KeepAsync(string code, CancellationToken ct)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var writer = new StreamWriter(File, options);
        await writer.WriteLineAsync(code.AsMemory(), ct);
    }
}
