using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Sotto.Server.Cluster;

namespace Sotto.Server.Tests.Cluster;

/// <summary>The cluster part of the server, running alone in the process of the tests.</summary>
public sealed class LoneNode : IAsyncLifetime
{
    private IHost? _host;

    internal IServiceProvider Services => _host!.Services;

    public async ValueTask InitializeAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddCluster();
        _host = builder.Build();
        await _host.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _host!.StopAsync();
        _host.Dispose();
    }
}
