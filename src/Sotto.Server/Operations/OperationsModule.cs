using Sotto.Server.Http;
using Sotto.Server.Sockets;

namespace Sotto.Server.Operations;

internal static class OperationsModule
{
    public static void AddOperations(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<OperationsOptions>().BindConfiguration(OperationsOptions.Section);

        // Made now, not when first asked: what is measured before counts too.
        services.AddSingleton(new MetricBook());
        services.AddSingleton<GetMetrics>();
        services.AddSingleton<ReadinessStore>();
        services.AddSingleton<Readiness>();
        services.AddSingleton<CheckHealth>();
    }

    public static void MapOperations(Routes routes, CommandMap commands)
    {
        CheckHealth.Map(routes);
        GetMetrics.Map(routes);
    }
}
