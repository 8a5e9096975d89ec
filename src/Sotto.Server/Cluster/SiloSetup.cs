using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Sotto.Server.Cluster;

/// <summary>How Orleans runs in this process.</summary>
internal static class SiloSetup
{
    private const string Sotto = "sotto";

    /// <summary>The silo, with the given way to find the other nodes.</summary>
    public static void AddSilo(this IHostApplicationBuilder builder, Action<ISiloBuilder> membership)
    {
        builder.Services.AddOptions<NodeOptions>().BindConfiguration(NodeOptions.Section);
        QuietDown(builder.Logging);
        builder.UseOrleans(silo =>
        {
            membership(silo);
            silo.AddGrainService<NodePost>();
            silo.Services.AddOptions<SiloOptions>().Configure<IOptions<NodeOptions>>((itself, node) => itself.SiloName = Nodes.NameOf(node.Value));
            silo.Configure<SiloMessagingOptions>(messaging =>
            {
                // A caller has given up by then, or should.
                messaging.ResponseTimeout = TimeSpan.FromSeconds(5);
                messaging.MaxEnqueuedRequestsSoftLimit = 200;
                messaging.MaxEnqueuedRequestsHardLimit = 1000;
            });

            // Grains here live minutes; whoever is asked nothing for this long is put away.
            silo.Configure<GrainCollectionOptions>(grains => grains.CollectionAge = TimeSpan.FromMinutes(2));

            // Only placement by load reads it, and nothing is placed by load: a grain lives where it is first asked for.
            silo.Configure<DeploymentLoadPublisherOptions>(load => load.DeploymentLoadPublisherRefreshTime = TimeSpan.FromMinutes(10));
        });
    }

    /// <summary>A cluster of one, which opens no port at all; the number is only a part of its address.</summary>
    public static void Alone(ISiloBuilder silo)
    {
        silo.UseLocalhostClustering(EndpointOptions.DEFAULT_SILO_PORT, gatewayPort: 0, serviceId: Sotto, clusterId: Sotto);
        silo.Services.ListenNowhere();
    }

    /// <summary>
    /// Advice about the garbage collector, a watchdog whose first look, before its clock is set, always finds a stall, and a line for each placement of a grain.
    /// </summary>
    private static void QuietDown(ILoggingBuilder logging)
    {
        logging.AddFilter("Orleans.Runtime.Silo", LogLevel.Error);
        logging.AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error);
        logging.AddFilter("Polly", LogLevel.Warning);
    }
}
