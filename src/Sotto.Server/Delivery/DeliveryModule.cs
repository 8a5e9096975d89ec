using Sotto.Contracts;
using Sotto.Server.Conversations;
using Sotto.Server.Http;
using Sotto.Server.Sockets;

namespace Sotto.Server.Delivery;

internal static class DeliveryModule
{
    public static void AddDelivery(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<DeviceFlagStore>();
        services.AddSingleton<LogEvents>();
        services.AddSingleton<Feeds>();
        services.AddSingleton<IEntryCommitted>(provider => provider.GetRequiredService<Feeds>());
        services.AddHostedService(provider => provider.GetRequiredService<Feeds>());
        services.AddSingleton<CatchUp>();
        services.AddSingleton<ConversationPushes>();
        services.AddSingleton<NewMembers>();
        services.AddSingleton<Sync>();
        services.AddSingleton<AcknowledgeEntries>();
    }

    public static void MapDelivery(this WebApplication app, Routes routes, CommandMap commands)
    {
        var catchUp = app.Services.GetRequiredService<CatchUp>();
        var sockets = app.Services.GetRequiredService<SocketRegistry>();
        app.Services.GetRequiredService<Feeds>().BeforePass = app.Services.GetRequiredService<NewMembers>().FollowAsync;
        var pushes = app.Services.GetRequiredService<ConversationPushes>();
        var news = app.Services.GetRequiredService<ConversationNews>();
        news.Erased = pushes.Deleted;
        news.DeviceListChanged = changed =>
        {
            catchUp.NowHaveKeys(changed.UserId, changed.KeyedDeviceIds);
            pushes.DeviceListChanged(changed);
        };
        sockets.Live.Add(catchUp.RunAsync);
        sockets.Gone.Add(catchUp.Forget);

        Sync.Map(routes);
        AcknowledgeEntries.Map(routes, commands);
        commands.Pushes<SyncComplete>("sync_complete", "Everything that wasn't acknowledged has been delivered; from here on the socket is live.");
        commands.Pushes<MessageReceived>("message_received", "A message, or a system message, came.");
        commands.Pushes<MessageUpdated>("message_updated", "A message has new content or new keys.");
        commands.Pushes<MessageRemoved>("message_deleted", "A message was deleted for everybody.");
        commands.Pushes<ReactionUpdated>("reaction_updated", "Somebody's reaction to a message was set, or taken back (without reaction).");
        commands.Pushes<MessageStatusUpdate>("message_status_update", "A message, and those before it, have come further with somebody.");
        commands.Pushes<ConversationCreated>("conversation_created", "The user is in a conversation that this socket didn't know.");
        commands.Pushes<ConversationUpdated>("conversation_updated", "Title, description, visibility or expiry of a conversation changed.");
        commands.Pushes<ConversationDeleted>("conversation_deleted", "A conversation was erased with all that was in it.");
        commands.Pushes<MemberAdded>("member_added", "Somebody became a member.");
        commands.Pushes<MemberUpdated>("member_updated", "A member has another role.");
        commands.Pushes<MemberRemoved>("member_removed", "Somebody is no member any more.");
        commands.Pushes<DeviceListChanged>("device_list_changed", "Somebody's devices or keys changed.");
    }
}
