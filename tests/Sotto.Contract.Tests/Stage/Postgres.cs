using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Sotto.Contract.Tests.Stage;

/// <summary>A PostgreSQL of our own in a temporary folder, from Debian's package; ended by its process id.</summary>
public sealed class Postgres : IAsyncDisposable
{
    private readonly string _folder;
    private readonly int _port;
    private Process? _process;
    private int _databases;

    private Postgres(string folder, int port) => (_folder, _port) = (folder, port);

    public static async Task<Postgres> StartAsync()
    {
        var folder = (await RunAsync(AsPostgres("mktemp", "-d", Path.Combine(Path.GetTempPath(), "sotto-postgres-XXXXXX")))).Trim();
        await RunAsync(AsPostgres(Path.Combine(FindBinaries(), "initdb"), "-D", folder, "-U", "sotto", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"));
        var postgres = new Postgres(folder, FreePort());
        await postgres.StartAgainAsync();
        return postgres;
    }

    /// <summary>Starts it on the same folder and port, after <see cref="StopAsync"/>.</summary>
    public async Task StartAgainAsync()
    {
        // No fsync: the tests end servers, never the machine. Commits are still synchronous in every other respect.
        var start = AsPostgres(
            Path.Combine(FindBinaries(), "postgres"), "-D", _folder, "-p", _port.ToString(CultureInfo.InvariantCulture), "-k", _folder,
            "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=300", "-c", "fsync=off", "-c", "log_min_messages=fatal");
        start.RedirectStandardError = true;
        start.RedirectStandardOutput = true;
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, _) => { };
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        await AnswersAsync();
    }

    /// <summary>Stops it by its process id, whoever is connected; does nothing when it is stopped.</summary>
    public async Task StopAsync()
    {
        if (_process is { } process)
        {
            // SIGINT is PostgreSQL's fast shutdown.
            using var kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync();
            await process.WaitForExitAsync();
            process.Dispose();
            _process = null;
        }
    }

    /// <summary>A fresh database; gives what <c>Sotto:Database</c> takes.</summary>
    public async Task<string> NewDatabaseAsync()
    {
        var name = $"sotto_{Interlocked.Increment(ref _databases)}";
        await using var connection = new NpgsqlConnection(ConnectionString("postgres"));
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"create database {name}";
        await command.ExecuteNonQueryAsync();
        return ConnectionString(name);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await RunAsync(AsPostgres("rm", "-rf", _folder));
    }

    private static string FindBinaries()
    {
        const string root = "/usr/lib/postgresql";
        var newest = Directory.Exists(root) ? Directory.GetDirectories(root).Order(StringComparer.Ordinal).LastOrDefault() : null;
        return newest is not null ? Path.Combine(newest, "bin") : throw new InvalidOperationException("Install PostgreSQL: apt-get install postgresql");
    }

    /// <summary>PostgreSQL refuses to run as root.</summary>
    private static ProcessStartInfo AsPostgres(params string[] command) =>
        new(Environment.IsPrivilegedProcess ? "setpriv" : command[0],
            Environment.IsPrivilegedProcess ? ["--reuid=postgres", "--regid=postgres", "--init-groups", .. command] : command[1..])
        {
            WorkingDirectory = Path.GetTempPath(),
        };

    private static async Task<string> RunAsync(ProcessStartInfo start)
    {
        start.RedirectStandardError = true;
        start.RedirectStandardOutput = true;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{string.Join(' ', start.ArgumentList)} failed: {await errors}");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private string ConnectionString(string database) => $"Host=127.0.0.1;Port={_port};Username=sotto;Database={database}";

    /// <summary>The start has no event to wait for: PostgreSQL is asked until it answers.</summary>
    private async Task AnswersAsync()
    {
        var deadline = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
                await connection.OpenAsync();
                return;
            }
            catch (NpgsqlException) when (deadline.Elapsed < Patience.Limit && _process is { HasExited: false })
            {
                await Task.Delay(50);
            }
        }
    }
}
