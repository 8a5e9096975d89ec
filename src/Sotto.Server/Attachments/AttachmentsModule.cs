using Sotto.Server.Callers;
using Sotto.Server.Conversations;
using Sotto.Server.Accounts;
using Sotto.Server.Http;
using Sotto.Server.Storage;

namespace Sotto.Server.Attachments;

internal static class AttachmentsModule
{
    public static void AddAttachments(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<AttachmentsOptions>().BindConfiguration(AttachmentsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<AttachmentStore>();
        services.AddSingleton<UploadTurns>();
        services.AddSingleton<IBlobStore, DiskBlobs>();
        services.AddSingleton<Tus>();
        services.AddSingleton<CreateAttachment>();
        services.AddSingleton<ReceiveBytes>();
        services.AddSingleton<TellOffset>();
        services.AddSingleton<GiveUpUpload>();
        services.AddSingleton<GetAttachment>();
        services.AddSingleton<CollectAttachments>();
        services.AddJob<CollectAttachments>("attachments", CollectAttachments.Period, (job, ct) => job.RunAsync(ct));
        services.AddSingleton<ForgetAttachments>();
        services.AddSingleton<IUserErased>(provider => provider.GetRequiredService<ForgetAttachments>());
        services.AddSingleton<IEntriesErased>(provider => provider.GetRequiredService<ForgetAttachments>());
        services.AddSingleton(provider => new ExportPart(provider.GetRequiredService<ForgetAttachments>().FillAsync));
    }

    public static void MapAttachments(Routes routes)
    {
        CreateAttachment.Map(routes);
        ReceiveBytes.Map(routes);
        TellOffset.Map(routes);
        GiveUpUpload.Map(routes);
        GetAttachment.Map(routes);
        Tus.Map(routes);
    }
}
