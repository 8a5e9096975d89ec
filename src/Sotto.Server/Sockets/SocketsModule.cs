namespace Sotto.Server.Sockets;

internal static class SocketsModule
{
    public static void AddSockets(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        // The limit stands with the other limits in the settings.
        services.AddOptions<SocketOptions>().BindConfiguration("Sotto:Sockets")
            .Configure(options => options.PerUser = builder.Configuration.GetValue("Sotto:RateLimits:SocketsPerUser", options.PerUser))
            .ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<SocketRegistry>();
        services.AddSingleton<CommandMap>();
        services.AddSingleton<SocketHost>();
        services.AddSingleton<SocketDoor>();
        services.AddSingleton<SocketCommands>();
        services.AddHostedService<SocketWheel>();
    }

    public static void MapSockets(this WebApplication app, CommandMap commands)
    {
        SocketCommands.Map(commands);
        var door = app.Services.GetRequiredService<SocketDoor>();
        app.Use((context, next) =>
        {
            door.Prepare(context);
            return next(context);
        });
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = Timeout.InfiniteTimeSpan });
        app.Use(async (context, next) =>
        {
            if (!await door.EnterAsync(context))
            {
                await next(context);
            }
        });
    }
}
