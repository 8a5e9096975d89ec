using Sotto.Server.Accounts;
using Sotto.Server.Callers;
using Sotto.Server.Http;
using Sotto.Server.Sockets;
using Sotto.Server.Storage;

namespace Sotto.Server.Conversations;

internal static class ConversationsModule
{
    public static void AddConversations(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<LogStore>().AddSingleton<LogReadStore>().AddSingleton<ConversationLog>();
        services.AddSingleton<RosterStore>().AddSingleton<Rosters>().AddSingleton<RosterChanges>().AddSingleton<Participants>();
        services.AddSingleton<CursorStore>().AddSingleton<Cursors>();
        services.AddHostedService(provider => provider.GetRequiredService<Cursors>());
        services.AddSingleton<ConversationStore>().AddSingleton<MemberStore>().AddSingleton<ErasureStore>();
        services.AddSingleton<ConversationViewStore>().AddSingleton<ConversationViews>().AddSingleton<ConversationNews>().AddSingleton<ConversationErasure>();
        services.AddJob<ConversationErasure>("conversations.finish-erasures", ConversationErasure.Period, (erasure, ct) => erasure.FinishAsync(ct));
        services.AddSingleton<InviteStore>().AddJob<InviteStore>("conversations.forget-invites", TimeSpan.FromHours(1), (store, ct) => store.SweepAsync(ct));
        services.AddSingleton<CreateConversation>().AddSingleton<GetConversation>().AddSingleton<ListConversations>();
        services.AddSingleton<ChangeConversation>().AddSingleton<DeleteConversation>().AddSingleton<JoinConversation>().AddSingleton<JoinByInvite>();
        services.AddSingleton<CreateInvite>().AddSingleton<ListConversationDevices>().AddSingleton<TakePrekeys>();
        services.AddSingleton<IDeviceListChanged, RaiseRosters>().AddSingleton<IUserErased, LeaveAll>();
        services.AddSingleton<ExportConversations>().AddSingleton(provider => new ExportPart(provider.GetRequiredService<ExportConversations>().FillAsync));
        services.AddSingleton<ListMembers>().AddSingleton<AddMembers>().AddSingleton<RemoveMember>().AddSingleton<ChangeRole>();
    }

    public static void MapConversations(Routes routes, CommandMap commands)
    {
        CreateConversation.Map(routes);
        GetConversation.Map(routes);
        ListConversations.Map(routes);
        ChangeConversation.Map(routes);
        DeleteConversation.Map(routes);
        JoinConversation.Map(routes);
        JoinByInvite.Map(routes);
        CreateInvite.Map(routes);
        ListConversationDevices.Map(routes);
        TakePrekeys.Map(routes);
        ListMembers.Map(routes);
        AddMembers.Map(routes);
        RemoveMember.Map(routes);
        ChangeRole.Map(routes);
    }
}
