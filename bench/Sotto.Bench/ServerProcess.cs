using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Sotto.Bench;

/// <summary>The real server as a process of its own, on a free port of loopback, with its limits out of the way.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly ProcessStartInfo _start;
    private readonly string _folder;
    private Process _process;

    private ServerProcess(ProcessStartInfo start, string folder, Uri address)
    {
        (_start, _folder, Address) = (start, folder, address);
        _process = Begin();
        Http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 64 }) { BaseAddress = address };
    }

    public Uri Address { get; }

    public HttpClient Http { get; }

    /// <summary>User and system time of the process so far.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Resident memory in bytes.</summary>
    public long Resident => Memory("VmRSS:");

    /// <summary>The most resident memory there ever was, in bytes.</summary>
    public long MostResident => Memory("VmHWM:");

    public static async Task<ServerProcess> StartAsync(string? database = null, params (string Name, string Value)[] settings)
    {
        var (start, folder, address) = Prepare("Sotto.Server.dll");
        start.Environment["Sotto__DataDirectory"] = folder;
        start.Environment["Sotto__Database"] = database ?? "";
        start.Environment["Sotto__Accounts__PasswordIterations"] = "1000";
        foreach (var limit in (string[])["MessagesPerMinute", "ReceiptsPerMinute", "TypingPerMinute", "RegistrationsPerHour", "UploadsPerMinute", "SocketsPerUser"])
        {
            start.Environment["Sotto__RateLimits__" + limit] = limit == "SocketsPerUser" ? "1000000" : "0"; // 0: off
        }

        start.Environment["Sotto__Sockets__FramesPerSecond"] = "1000000";
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        return await BeginAsync(start, folder, address);
    }

    /// <summary>Not Sotto, but a bare server such as <see cref="BareRelay"/>, in the same manner.</summary>
    public static Task<ServerProcess> StartBareAsync(string verb)
    {
        var (start, folder, address) = Prepare("Sotto.Bench.dll", verb);
        return BeginAsync(start, folder, address);
    }

    /// <summary>The same data under a fresh process, whose memory knows nothing of what came before.</summary>
    public async Task RestartAsync()
    {
        await EndAsync();
        _process = Begin();
        await ReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await EndAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static (ProcessStartInfo Start, string Folder, Uri Address) Prepare(string program, params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("sotto-bench-").FullName;
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, program), .. arguments, "--urls", address.ToString()])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = folder,
        };
        return (start, folder, address);
    }

    private static async Task<ServerProcess> BeginAsync(ProcessStartInfo start, string folder, Uri address)
    {
        var server = new ServerProcess(start, folder, address);
        await server.ReadyAsync();
        return server;
    }

    private long Memory(string what)
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith(what, StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    private Process Begin()
    {
        var process = Process.Start(_start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }

    private async Task EndAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task ReadyAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            try
            {
                if ((await Http.GetAsync(new Uri("/readyz", UriKind.Relative), patience.Token)).IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(50, patience.Token);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
