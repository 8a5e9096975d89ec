using Sotto.Contracts;
using Sotto.Server.Accounts;
using Sotto.Server.Sockets;

namespace Sotto.Server.Presence;

internal static class PresenceModule
{
    public static void AddPresence(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<JoinedSockets>();
        services.AddSingleton<JoinConversation>();
        services.AddSingleton<PresenceStore>();
        services.AddSingleton<PresenceAudience>();
        services.AddSingleton<OnlineUsers>();
        services.AddHostedService(provider => provider.GetRequiredService<OnlineUsers>());
        services.AddSingleton<SetTypingState>();
        services.AddHostedService(provider => provider.GetRequiredService<SetTypingState>());
        services.AddSingleton<ChooseStatus>();
    }

    public static void MapPresence(this WebApplication app, CommandMap commands)
    {
        var online = app.Services.GetRequiredService<OnlineUsers>();
        var joined = app.Services.GetRequiredService<JoinedSockets>();
        var sockets = app.Services.GetRequiredService<SocketRegistry>();
        app.Services.GetRequiredService<LiveStatus>().Fill(online.Show, online.Chosen);
        sockets.Live.Add(online.ArriveAsync);
        sockets.Live.Add(online.TellWhoIsThereAsync);
        sockets.Gone.Add(online.Depart);
        sockets.Gone.Add(joined.Forget);
        sockets.Gone.Add(app.Services.GetRequiredService<SetTypingState>().Depart);

        JoinConversation.Map(commands);
        SetTypingState.Map(commands);
        ChooseStatus.Map(commands);
        commands.Pushes<Typing>("typing", "Somebody in a joined conversation is typing, or has stopped.");
        commands.Pushes<UserStatusChange>("user_status", "Somebody came, went or chose another status.");
    }
}
