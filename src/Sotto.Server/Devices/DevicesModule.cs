using Sotto.Server.Accounts;
using Sotto.Server.Callers;
using Sotto.Server.Http;
using Sotto.Server.Sockets;

namespace Sotto.Server.Devices;

internal static class DevicesModule
{
    public static void AddDevices(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<DeviceStore>().AddSingleton<PrekeyStore>().AddSingleton<ManifestStore>().AddSingleton<BackupStore>();
        services.AddSingleton<DeviceDirectory>().AddSingleton<Prekeys>().AddSingleton<IUserErased, EraseDevices>();
        services.AddSingleton<OwnDevices>().AddSingleton<PublishKeys>().AddSingleton<ReadKeysStatus>().AddSingleton<ListUserDevices>();
        services.AddSingleton<PublishManifest>().AddSingleton<KeepBackup>().AddSingleton<TellCapabilities>();
        services.AddSingleton(new Feature("device_keys")).AddSingleton(new Feature("backup"));
        services.AddSingleton(provider => new ExportPart(provider.GetRequiredService<DeviceStore>().ExportAsync));
    }

    public static void MapDevices(Routes routes, CommandMap commands)
    {
        OwnDevices.Map(routes, commands);
        PublishKeys.Map(routes, commands);
        ReadKeysStatus.Map(routes, commands);
        ListUserDevices.Map(routes, commands);
        PublishManifest.Map(routes, commands);
        KeepBackup.Map(routes, commands);
        TellCapabilities.Map(routes, commands);
    }
}
