using Sotto.Contracts;
using Sotto.Server.Cluster;

namespace Sotto.Server.Sockets;

internal static class SocketsModule
{
    public static void AddSockets(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        // The limit stands with the other limits in the settings.
        services.AddOptions<SocketOptions>().BindConfiguration(SocketOptions.Section)
            .Configure(options => options.PerUser = builder.Configuration.GetValue("Sotto:RateLimits:SocketsPerUser", options.PerUser))
            .ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<SocketRegistry>();
        services.AddSingleton<CommandMap>();
        services.AddSingleton<SocketHost>();
        services.AddSingleton<SocketDoor>();
        services.AddSingleton<SocketCommands>();
        services.AddHostedService<SocketWheel>();
    }

    public static void MapSockets(CommandMap commands) => SocketCommands.Map(commands);

    /// <summary>Outside of what REST needs around it, so that a socket which lives for days holds none of that.</summary>
    public static void UseSockets(this WebApplication app)
    {
        var registry = app.Services.GetRequiredService<SocketRegistry>();
        var board = app.Services.GetRequiredService<BoardHost>();
        board.SocketsHere = user => registry.SocketsOf(user).Count;
        (registry.Changed, registry.Elsewhere) = (board.Changed, board.SocketsElsewhere);
        var door = app.Services.GetRequiredService<SocketDoor>();
        app.Use((context, next) =>
        {
            door.Prepare(context);
            return next(context);
        });
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = Timeout.InfiniteTimeSpan });
        app.Use(door.EnterAsync);
    }

    /// <summary>Where refusals at the door are thrown, within what turns them into answers.</summary>
    public static void UseSocketRefusals(this WebApplication app) =>
        app.Use((HttpContext context, RequestDelegate next) => context.Features.Get<RefusedException>() is { } refused ? throw refused : next(context));
}
