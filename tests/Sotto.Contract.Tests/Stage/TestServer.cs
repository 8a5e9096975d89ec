using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Sotto.Contract.Tests.Stage;

/// <summary>
/// The real server as a child process on a free port, with a data folder of its own. It may be stopped, killed and started again on the
/// same folder and port.
/// </summary>
public sealed partial class TestServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly string Binary = Path.Combine(AppContext.BaseDirectory, "Sotto.Server.dll");

    private readonly Dictionary<string, string> _settings;
    private readonly ServerLog _log = new();
    private readonly DirectoryInfo _folder;
    private Process? _process;

    private TestServer(Dictionary<string, string> settings, DirectoryInfo folder)
    {
        (_settings, _folder) = (settings, folder);
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = TimeSpan.FromSeconds(60) };
    }

    /// <summary>Such as <c>http://127.0.0.1:43211</c>; the same after a restart.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1:0");

    public string DataDirectory => _folder.FullName;

    /// <summary>All that the server printed, over all its starts.</summary>
    public string Log => _log.Text;

    public int ProcessId => _process?.Id ?? throw new InvalidOperationException("The server isn't running.");

    /// <summary>How much memory the process holds now.</summary>
    public long ResidentBytes => Memory("VmRSS");

    /// <summary>The most it ever held.</summary>
    public long MostResidentBytes => Memory("VmHWM");

    internal HttpClient Http { get; }

    /// <summary>Starts a server. Settings are named as in the documentation, without <c>Sotto:</c>, such as <c>RateLimits:MessagesPerMinute</c>; those of the log as <c>Logging:…</c>.</summary>
    public static async Task<TestServer> StartAsync(IReadOnlyDictionary<string, string> settings)
    {
        var server = new TestServer(new Dictionary<string, string>(settings), Directory.CreateTempSubdirectory("sotto-test-"));
        try
        {
            await server.StartAsync();
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        return server;
    }

    /// <summary>Starts the stopped server again, with changed settings if there are any.</summary>
    public async Task StartAsync(params IEnumerable<(string Name, string Value)> changes)
    {
        foreach (var (name, value) in changes)
        {
            _settings[name] = value;
        }

        var urls = _settings.GetValueOrDefault("urls") ?? $"http://127.0.0.1:{Address.Port}";
        var start = new ProcessStartInfo("dotnet", [Binary, "--urls", urls])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder.FullName,
        };
        foreach (var inherited in start.Environment.Keys.Where(k => k.StartsWith("ASPNETCORE_", StringComparison.Ordinal) || k.StartsWith("Sotto__", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(inherited);
        }

        // A killed process would leave its debugger's socket in the temporary folder.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["Sotto__DataDirectory"] = _folder.FullName;
        foreach (var (name, value) in _settings.Where(one => one.Key != "urls"))
        {
            var full = name.StartsWith("Logging:", StringComparison.Ordinal) ? name : "Sotto:" + name;
            start.Environment[full.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        var listening = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = Process.Start(start)!;
        _process = process;
        process.OutputDataReceived += (_, line) => Heard(line.Data, listening);
        process.ErrorDataReceived += (_, line) => Heard(line.Data, listening);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var ended = process.WaitForExitAsync();
        await Task.WhenAny(listening.Task, ended, Task.Delay(StartLimit));
        if (!listening.Task.IsCompletedSuccessfully)
        {
            var end = ended.IsCompleted ? string.Create(CultureInfo.InvariantCulture, $"It ended with {process.ExitCode}.") : "It still runs.";
            throw new InvalidOperationException($"The server did not start. {end} It printed:\n{_log.Text}");
        }

        Address = await listening.Task;
    }

    /// <summary>Tells the server to end, as a service manager does, or as Ctrl-C does with <c>INT</c>: it drains; the exit code is given.</summary>
    public async Task<int> StopAsync(string signal = "TERM")
    {
        await SignalAsync(signal);
        return await EndedAsync();
    }

    /// <summary>kill -9, at this very moment: nothing is drained.</summary>
    public async Task KillAsync()
    {
        _process?.Kill();
        await EndedAsync();
    }

    /// <summary>Waits until a printed line contains the text; also what was printed before counts.</summary>
    public Task PrintsAsync(string text) => _log.ContainsAsync(text);

    /// <summary>Sends a signal by name, such as <c>STOP</c> and <c>CONT</c>.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, ProcessId.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>The database file's folder and all else is erased.</summary>
    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        _folder.Delete(recursive: true);
    }

    private long Memory(string what)
    {
        var line = File.ReadLines($"/proc/{ProcessId}/status").First(l => l.StartsWith(what + ":", StringComparison.Ordinal));
        return long.Parse(line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    private async Task<int> EndedAsync()
    {
        using var process = _process ?? throw new InvalidOperationException("The server isn't running.");
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        _process = null;
        return process.ExitCode;
    }

    private void Heard(string? line, TaskCompletionSource<Uri> listening)
    {
        if (line is null)
        {
            return;
        }

        _log.Add(line);
        if (AddressLine().Match(line) is { Success: true } match)
        {
            listening.TrySetResult(new Uri(match.Groups[1].Value));
        }
    }

    [GeneratedRegex(@"[Ll]istening on:?\s+(http://\S+)")]
    private static partial Regex AddressLine();
}
