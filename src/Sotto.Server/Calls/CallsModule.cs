using Sotto.Contracts;
using Sotto.Server.Accounts;
using Sotto.Server.Callers;
using Sotto.Server.Conversations;
using Sotto.Server.Http;
using Sotto.Server.Sockets;
using Sotto.Server.Storage;

namespace Sotto.Server.Calls;

internal static class CallsModule
{
    public static void AddCalls(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<CallsOptions>().BindConfiguration(CallsOptions.Section).ValidateDataAnnotations()
            .Validate(options => options.TurnUrls.Length == 0 || options.TurnSecret.Length > 0, "Sotto:Calls:TurnUrls needs Sotto:Calls:TurnSecret, which the relay must know too.")
            .Validate(
                options => options.TurnConsole.Length == 0 || System.Net.IPEndPoint.TryParse(options.TurnConsole, out _), "Sotto:Calls:TurnConsole must be an address and a port, such as 127.0.0.1:5766.")
            .ValidateOnStart();
        services.AddSingleton<CallStore>();
        services.AddSingleton<CallHistoryStore>();
        services.AddSingleton<CallSeats>();
        services.AddSingleton<CallPushes>();
        services.AddSingleton<Switchboard>();
        services.AddSingleton<IceServers>();
        services.AddSingleton<Callees>();
        services.AddSingleton<InitiateCall>();
        services.AddSingleton<JoinCall>();
        services.AddSingleton<EndCall>();
        services.AddSingleton<MoveInCall>();
        services.AddSingleton<GetCall>();
        services.AddSingleton<ListActiveCalls>();
        services.AddSingleton<ListCallHistory>();
        services.AddSingleton<ReportQuality>();
        services.AddSingleton<GiveIceServers>();
        services.AddSingleton<RelaySignal>();
        services.AddSingleton<ArriveInCall>();
        services.AddSingleton<CallSurroundings>();
        services.AddHostedService<CallKeeper>();
        services.AddHostedService<RelayReaper>();
        services.AddSingleton<CallEvictions>();
        services.AddSingleton<IEntryCommitted>(provider => provider.GetRequiredService<CallEvictions>());
        services.AddSingleton<IDeviceShutOut>(provider => provider.GetRequiredService<CallEvictions>());
        services.AddSingleton<IUserBlocked, PartBlocked>();
        services.AddSingleton<ForgetCalls>().AddSingleton<IUserErased>(provider => provider.GetRequiredService<ForgetCalls>());
        services.AddSingleton(provider => new ExportPart(provider.GetRequiredService<ForgetCalls>().FillAsync));
        services.AddJob<ForgetCalls>("old calls", ForgetCalls.Period, (calls, ct) => calls.SweepAsync(ct));
    }

    public static void MapCalls(this WebApplication app, Routes routes, CommandMap commands)
    {
        var arrive = app.Services.GetRequiredService<ArriveInCall>();
        var sockets = app.Services.GetRequiredService<SocketRegistry>();

        var evictions = app.Services.GetRequiredService<CallEvictions>();
        app.Services.GetRequiredService<ConversationNews>().Erased += (conversationId, _) => evictions.ConversationChanged(conversationId);

        // A ring doesn't wait for a long catching-up.
        sockets.Live.Insert(0, arrive.ArriveAsync);
        sockets.AdmitToCall = arrive.AdmitAsync;

        InitiateCall.Map(routes);
        ListActiveCalls.Map(routes);
        ListCallHistory.Map(routes);
        GetCall.Map(routes);
        JoinCall.Map(routes);
        MoveInCall.Map(routes);
        EndCall.Map(routes);
        ReportQuality.Map(routes);
        GiveIceServers.Map(routes);
        RelaySignal.Map(commands);
        commands.Pushes<IncomingCall>("incoming_call", "Somebody calls: ring, or knock where `is_waiting`. It may come again on a new socket.");
        commands.Pushes<CallStatusUpdate>(
            "call_status_update", "A call has another status; or one person's part in it, or this device's ringing, has ended, and `reason` says why.");
        commands.Pushes<ParticipantUpdate>("participant_update", "Somebody has joined a call or left it.");
        commands.Relays<RelayedDescription>("offer", "A device of the call offers a connection.");
        commands.Relays<RelayedDescription>("answer", "A device of the call answers an offer.");
        commands.Relays<RelayedCandidate>("ice-candidate", "A device of the call names a way to reach it.");
        commands.Relays<ParticipantMuted>("participant_muted", "Somebody's microphone is off, or on again.");
        commands.Relays<ParticipantVideo>("participant_video", "Somebody's camera is on, or off.");
        commands.Relays<ParticipantScreen>("participant_screen", "Somebody shows a screen, or no longer.");
        commands.Relays<ParticipantHand>("participant_hand", "Somebody's hand is up, or down again.");
    }
}
