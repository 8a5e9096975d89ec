namespace Sotto.Server.Cluster;

internal static class ClusterModule
{
    public static void AddCluster(this IHostApplicationBuilder builder)
    {
        builder.AddSilo(SiloSetup.Alone);
        builder.AddNodes();
    }

    /// <summary>All that stands on the silo; started after it, stopped before it.</summary>
    internal static void AddNodes(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<NodeMessages>();
        services.AddSingleton<Nodes>();
        services.AddSingleton<BoardHost>();

        // The board's first, since it hangs its hooks on the nodes.
        services.AddHostedService(provider => provider.GetRequiredService<BoardHost>());
        services.AddHostedService(provider => provider.GetRequiredService<Nodes>());
    }
}
