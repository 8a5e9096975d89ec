using Sotto.Server.Accounts;
using Sotto.Server.Conversations;
using Sotto.Server.Devices;
using Sotto.Server.Http;
using Sotto.Server.Limits;
using Sotto.Server.Operations;
using Sotto.Server.Sockets;
using Sotto.Server.Storage;

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddStartUp();
builder.Services.AddSingleton(TimeProvider.System);
builder.AddStorage();
builder.AddHttp();
builder.AddLimits();
builder.AddAccounts();
builder.AddDevices();
builder.AddConversations();
builder.AddOperations();

var app = builder.Build();
app.UseHttp();

var routes = new Routes(app);
var commands = new CommandMap();
AccountsModule.MapAccounts(routes, commands);
DevicesModule.MapDevices(routes, commands);
OperationsModule.MapOperations(routes, commands);

app.AnnounceWhenStarted();
await app.RunAsync();
