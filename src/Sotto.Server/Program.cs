using Sotto.Server.Accounts;
using Sotto.Server.Attachments;
using Sotto.Server.Calls;
using Sotto.Server.Cluster;
using Sotto.Server.Conversations;
using Sotto.Server.Devices;
using Sotto.Server.Delivery;
using Sotto.Server.Http;
using Sotto.Server.Limits;
using Sotto.Server.Messages;
using Sotto.Server.Operations;
using Sotto.Server.Presence;
using Sotto.Server.Sockets;
using Sotto.Server.Storage;

return await StartUp.RunOrExplainAsync(() => Compose(args));

static WebApplication Compose(string[] args)
{
    // Settings are read once: a watcher on the folder would wake with every write to the database below it.
    var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false", .. args]);
    builder.AddStartUp();
    builder.Services.AddSingleton(TimeProvider.System);
    builder.AddStorage();
    builder.AddCluster();
    builder.AddHttp();
    builder.AddLimits();
    builder.AddSockets();
    builder.AddAccounts();
    builder.AddDevices();
    builder.AddConversations();
    builder.AddAttachments();
    builder.AddMessages();
    builder.AddDelivery();
    builder.AddPresence();
    builder.AddCalls();
    builder.AddOperations();

    var app = builder.Build();
    app.UseTrustedProxies();
    app.UseAllowedOrigins();
    app.UseSockets();
    app.UseHttp();
    app.UseSocketRefusals();

    var routes = new Routes(app);
    var commands = app.Services.GetRequiredService<CommandMap>();
    SocketsModule.MapSockets(commands);
    AccountsModule.MapAccounts(routes, commands);
    DevicesModule.MapDevices(routes, commands);
    ConversationsModule.MapConversations(routes, commands);
    AttachmentsModule.MapAttachments(routes);
    app.MapMessages(routes, commands);
    app.MapDelivery(routes, commands);
    app.MapPresence(commands);
    app.MapCalls(routes, commands);
    app.MapOperations(routes, commands);

    app.AnnounceWhenStarted();
    return app;
}
