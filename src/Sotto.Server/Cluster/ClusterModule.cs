namespace Sotto.Server.Cluster;

internal static class ClusterModule
{
    public static void AddCluster(this IHostApplicationBuilder builder)
    {
        builder.AddSilo();
    }
}
