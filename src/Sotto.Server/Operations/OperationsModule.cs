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
        services.AddSingleton<ApiDocuments>();
    }

    public static void MapOperations(this WebApplication app, Routes routes, CommandMap commands)
    {
        app.Services.GetRequiredService<ApiDocuments>().Describe(routes, commands);
        CheckHealth.Map(routes);
        GetMetrics.Map(routes);
        ApiDocuments.Map(routes);
        Pages.Map(app);
    }
}
