using Sotto.Server.Conversations;
using Sotto.Server.Http;
using Sotto.Server.Limits;
using Sotto.Server.Sockets;
using Sotto.Server.Storage;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Services.AddSingleton(TimeProvider.System);
builder.AddStorage();
builder.AddHttp();
builder.AddLimits();
builder.AddConversations();

var app = builder.Build();
app.UseHttp();

var routes = new Routes(app);
var commands = new CommandMap();

await app.RunAsync();
