using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Sotto.Server.Calls;

/// <summary>An allocation on the relay, and the name it was made under.</summary>
internal readonly record struct RelaySession(string Id, string Name);

/// <summary>
/// coturn's console, a line protocol for people: a password, then <c>ps</c> lists the sessions and <c>cs</c> ends one. It is the only way in which
/// version 4.6 lets go of an allocation before its client does.
/// </summary>
internal sealed partial class TurnConsole : IDisposable
{
    private const int MostRead = 16 * 1024 * 1024;
    private const string Prompt = "> ";

    /// <summary>What may follow a prompt: a blank and the end of the line.</summary>
    private const int Blanks = 3;

    private readonly TcpClient _client = new();

    private TurnConsole()
    {
    }

    /// <exception cref="IOException">It isn't there, or takes another password.</exception>
    public static async Task<TurnConsole> OpenAsync(IPEndPoint address, string password, CancellationToken ct)
    {
        var console = new TurnConsole();
        try
        {
            await console._client.ConnectAsync(address, ct);
            await console.ReadAsync("password:", ct);
            await console.WriteAsync(password, ct);
            await console.ReadAsync(Prompt, ct);
            return console;
        }
        catch (SocketException fault)
        {
            console.Dispose();
            throw new IOException("Nothing listens there.", fault);
        }
        catch
        {
            console.Dispose();
            throw;
        }
    }

    public async Task<IReadOnlyList<RelaySession>> ListAsync(CancellationToken ct)
    {
        await WriteAsync("ps", ct);
        return Sessions(await ReadAsync(Prompt, ct));
    }

    public async Task EndAsync(RelaySession session, CancellationToken ct)
    {
        await WriteAsync("cs " + session.Id, ct);
        await ReadAsync(Prompt, ct);
    }

    public void Dispose() => _client.Dispose();

    internal static IReadOnlyList<RelaySession> Sessions(string text) =>
        [.. Line().Matches(text).Select(match => new RelaySession(match.Groups["id"].Value, match.Groups["name"].Value))];

    private Task WriteAsync(string line, CancellationToken ct) => _client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"), ct).AsTask();

    /// <summary>Reads until the console waits for the next line.</summary>
    private async Task<string> ReadAsync(string end, CancellationToken ct)
    {
        var (text, buffer) = (new StringBuilder(), new byte[16 * 1024]);
        while (text.Length < MostRead)
        {
            var read = await _client.GetStream().ReadAsync(buffer, ct);
            if (read == 0)
            {
                throw new IOException("It hangs up; the password may be another.");
            }

            text.Append(Encoding.ASCII.GetString(buffer, 0, read));
            var tail = Math.Min(text.Length, end.Length + Blanks);
            if (text.ToString(text.Length - tail, tail).Contains(end, StringComparison.Ordinal))
            {
                return text.ToString();
            }
        }

        throw new IOException("It says too much.");
    }

    [GeneratedRegex(@"id=(?<id>\d+), user <(?<name>[^>]*)>", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Line();
}
