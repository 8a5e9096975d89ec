using Sotto.Server.Accounts;
using Sotto.Server.Callers;
using Sotto.Server.Conversations;
using Sotto.Server.Http;
using Sotto.Server.Sockets;
using Sotto.Server.Storage;

namespace Sotto.Server.Messages;

internal static class MessagesModule
{
    public static void AddMessages(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<MessageStore>();
        services.AddSingleton<MessageViews>();
        services.AddSingleton<MessagePushes>();
        services.AddSingleton<SendMessage>();
        services.AddSingleton<EditMessage>();
        services.AddSingleton<DeleteMessage>();
        services.AddSingleton<React>();
        services.AddSingleton<AddKeys>();
        services.AddSingleton<ReportMessageStatus>();
        services.AddSingleton<GetMessages>();
        services.AddSingleton<IUserErased, EraseMessages>();
        services.AddSingleton<ExportMessages>().AddSingleton(provider => new ExportPart(provider.GetRequiredService<ExportMessages>().FillAsync));
        services.AddSingleton<ExpireMessages>();
        services.AddJob<ExpireMessages>("expired messages", ExpireMessages.Period, (job, ct) => job.RunAsync(ct));
    }

    public static void MapMessages(this WebApplication app, Routes routes, CommandMap commands)
    {
        app.Services.GetRequiredService<Cursors>().Moved = app.Services.GetRequiredService<MessagePushes>().MovedAsync;
        SendMessage.Map(routes, commands);
        EditMessage.Map(routes, commands);
        DeleteMessage.Map(routes, commands);
        React.Map(routes, commands);
        AddKeys.Map(routes);
        ReportMessageStatus.Map(routes, commands);
        GetMessages.Map(routes);
    }
}
