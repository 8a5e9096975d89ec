using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Sotto.Contract.Tests.Stage;

/// <summary>A relay of one test's own: Debian's coturn under the project's configuration, as <c>deploy/coturn/configure</c> writes it.</summary>
public sealed class Coturn : IAsyncDisposable
{
    private readonly Process _process;
    private readonly DirectoryInfo _folder;

    private Coturn(Process process, DirectoryInfo folder, IPEndPoint address, IReadOnlyDictionary<string, string> settings) =>
        (_process, _folder, Address, Settings) = (process, folder, address, settings);

    public IPEndPoint Address { get; }

    /// <summary>What <c>configure</c> says that Sotto must be set to, such as <c>Calls:TurnSecret</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; }

    public string Secret => Settings["Calls:TurnSecret"];

    public static async Task<Coturn> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("sotto-coturn-");
        var address = new IPEndPoint(OwnAddress(), FreePort(ProtocolType.Udp));
        var written = await RunAsync(
            Repository.At("deploy", "coturn", "configure"), "--domain", address.Address.ToString(), "--address", address.Address.ToString(), "--port", $"{address.Port}", "--cli-port",
            $"{FreePort(ProtocolType.Tcp)}", "--out", Path.Combine(folder.FullName, "turnserver.conf"));
        var settings = written.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=', 2))
            .ToDictionary(pair => pair[0]["Sotto__".Length..].Replace("__", ":", StringComparison.Ordinal), pair => pair[1], StringComparer.Ordinal);
        var process = Process.Start(new ProcessStartInfo("turnserver", ["-c", Path.Combine(folder.FullName, "turnserver.conf"), "--userdb", Path.Combine(folder.FullName, "turndb")])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder.FullName,
        })!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var relay = new Coturn(process, folder, address, settings);
        using var client = new TurnClient(address);
        await client.IsThereAsync();
        return relay;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>An address of this machine that isn't loopback: a relay never relays there.</summary>
    private static IPAddress OwnAddress() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(one => one.OperationalStatus == OperationalStatus.Up && one.NetworkInterfaceType != NetworkInterfaceType.Loopback)
        .SelectMany(one => one.GetIPProperties().UnicastAddresses).Select(one => one.Address)
        .First(one => one.AddressFamily == AddressFamily.InterNetwork);

    private static int FreePort(ProtocolType protocol)
    {
        using var socket = new System.Net.Sockets.Socket(AddressFamily.InterNetwork, protocol == ProtocolType.Udp ? SocketType.Dgram : SocketType.Stream, protocol);
        socket.Bind(new IPEndPoint(IPAddress.Any, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
