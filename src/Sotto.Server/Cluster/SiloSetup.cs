using Orleans.Configuration;
using Orleans.Hosting;

namespace Sotto.Server.Cluster;

/// <summary>How Orleans runs in this process. Alone, the node is a cluster of one that opens no port at all.</summary>
internal static class SiloSetup
{
    private const string Sotto = "sotto";

    /// <summary>Part of the node's address in the cluster; alone, nothing listens on it.</summary>
    private const int Port = EndpointOptions.DEFAULT_SILO_PORT;

    public static void AddSilo(this IHostApplicationBuilder builder) => builder.UseOrleans(silo =>
    {
        silo.UseLocalhostClustering(Port, gatewayPort: 0, serviceId: Sotto, clusterId: Sotto);
        silo.Services.ListenNowhere();

        QuietDown(builder.Logging);

        silo.Configure<SiloMessagingOptions>(messaging =>
        {
            // A caller has given up by then, or should.
            messaging.ResponseTimeout = TimeSpan.FromSeconds(5);
            messaging.MaxEnqueuedRequestsSoftLimit = 200;
            messaging.MaxEnqueuedRequestsHardLimit = 1000;
        });

        // Grains here live minutes; whoever is asked nothing for this long is put away.
        silo.Configure<GrainCollectionOptions>(grains => grains.CollectionAge = TimeSpan.FromMinutes(2));

        // Only placement by load would read it, and nothing is placed by load: a grain lives where it is first asked for.
        silo.Configure<DeploymentLoadPublisherOptions>(load => load.DeploymentLoadPublisherRefreshTime = TimeSpan.FromMinutes(10));
    });

    /// <summary>Advice about the garbage collector, and a watchdog whose first look, before its clock is set, always finds a stall.</summary>
    private static void QuietDown(ILoggingBuilder logging)
    {
        logging.AddFilter("Orleans.Runtime.Silo", LogLevel.Error);
        logging.AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error);
    }
}
