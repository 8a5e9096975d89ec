namespace Sotto.Server.Conversations;

internal static class ConversationsModule
{
    public static void AddConversations(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<LogStore>();
        services.AddSingleton<LogReadStore>();
        services.AddSingleton<ConversationLog>();
        services.AddSingleton<RosterStore>();
        services.AddSingleton<Rosters>();
        services.AddSingleton<CursorStore>();
        services.AddSingleton<Cursors>();
        services.AddHostedService(provider => provider.GetRequiredService<Cursors>());
    }
}
