using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Hosting;
using Sotto.Server.Cluster;

namespace Sotto.Server.Tests.Cluster;

/// <summary>Two nodes in this process, joined over loopback.</summary>
public sealed class TwoNodesTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly Guid Alice = Guid.CreateVersion7();
    private static readonly Guid Bob = Guid.CreateVersion7();

    private readonly int _firstPort = FreePort();
    private IHost? _first;
    private IHost? _second;

    public async ValueTask InitializeAsync()
    {
        _first = await StartAsync(_firstPort);
        SetSockets(_first, Alice, 2);
        _second = await StartAsync(FreePort());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in new[] { _second!, _first! })
        {
            await host.StopAsync();
            host.Dispose();
        }
    }

    [Fact]
    public async Task Each_node_learns_who_is_on_the_other_and_forgets_it_when_the_other_stops()
    {
        var (one, two) = (_first!.Services.GetRequiredService<BoardHost>(), _second!.Services.GetRequiredService<BoardHost>());

        // From before they met, and from after.
        await UntilAsync(() => two.SocketsElsewhere(Alice) == 2);
        SetSockets(_second!, Bob, 1);
        await UntilAsync(() => one.SocketsElsewhere(Bob) == 1);
        Assert.Equal([_second!.Services.GetRequiredService<Nodes>().Self], one.NodesOf([Bob]));

        await _second!.StopAsync();
        await UntilAsync(() => one.SocketsElsewhere(Bob) == 0);
        Assert.Empty(one.NodesOf([Bob]));
    }

    private static void SetSockets(IHost host, Guid user, int sockets)
    {
        var board = host.Services.GetRequiredService<BoardHost>();
        board.SocketsHere = asked => asked == user ? sockets : 0;
        board.Changed(user);
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using var late = new CancellationTokenSource(Limit);
        while (!isSo())
        {
            await Task.Delay(10, late.Token);
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private async Task<IHost> StartAsync(int port)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddSilo(silo => silo.UseLocalhostClustering(port, 0, new IPEndPoint(IPAddress.Loopback, _firstPort), "sotto", "sotto"));
        builder.AddNodes();
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
