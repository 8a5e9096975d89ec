using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Sotto.Server.Accounts;

/// <summary>Prints the set-up link once the server listens, until somebody has used it.</summary>
/// <remarks>On the console and not through the log: what is in a log may be kept and read by others.</remarks>
internal sealed class SetupLink(SetupCode code, IServer server) : IHostedLifecycleService
{
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        if (await code.ToShowAsync(cancellationToken) is { } shown)
        {
            var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "http://localhost";
            await Console.Out.WriteLineAsync($"\nMake the first administrator here, once:\n  {Reachable(address)}/admin/setup#code={shown}\n");
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>An address that means "all of mine" is no address to open.</summary>
    private static string Reachable(string address) =>
        address.TrimEnd('/')
            .Replace("://0.0.0.0", "://localhost", StringComparison.Ordinal)
            .Replace("://[::]", "://localhost", StringComparison.Ordinal)
            .Replace("://+", "://localhost", StringComparison.Ordinal)
            .Replace("://*", "://localhost", StringComparison.Ordinal);
}
