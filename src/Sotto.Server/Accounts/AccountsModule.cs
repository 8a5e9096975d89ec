using Microsoft.Extensions.Options;
using Sotto.Server.Callers;
using Sotto.Server.Http;
using Sotto.Server.Sockets;
using Sotto.Server.Storage;

namespace Sotto.Server.Accounts;

internal static class AccountsModule
{
    public static void AddAccounts(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<AccountOptions>().BindConfiguration(AccountOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<AuthOptions>().BindConfiguration(AuthOptions.Section).ValidateDataAnnotations()
            .Validate(options => options.Authority.Length == 0 || options.Audience.Length > 0, "Sotto:Auth:Audience is required with Sotto:Auth:Authority.")
            .ValidateOnStart();
        services.AddSingleton<ISigningKeyKeeper>(provider =>
            provider.GetRequiredService<IOptions<StorageOptions>>().Value is { IsPostgres: false } files
                ? new SigningKeyFiles(files.DataDirectory)
                : new SigningKeyStore(provider.GetRequiredService<Database>()));
        services.AddSingleton<SigningKeys>().AddSingleton<AccessTokens>().AddSingleton<OutsideIssuer>().AddSingleton<Passwords>();
        services.AddSingleton<UserStore>().AddSingleton<SessionStore>().AddSingleton<BlockStore>().AddSingleton<FactStore>();
        services.AddSingleton<Liveness>().AddSingleton<LiveStatus>().AddSingleton<DeviceNews>().AddSingleton<DeviceList>().AddSingleton<Sessions>();
        services.AddSingleton<Users>().AddSingleton<Blocks>().AddSingleton<SetupCode>();
        services.AddSingleton<CallerCheck>().AddSingleton<ICallerCheck>(provider => provider.GetRequiredService<CallerCheck>());
        services.AddSingleton<Erasures>();
        services.AddJob<Erasures>("erasures", Erasures.BetweenRounds, (erasures, ct) => erasures.FinishAsync(ct));
        services.AddJob<Sessions>("old sessions", TimeSpan.FromHours(1), (sessions, ct) => sessions.ForgetOldAsync(ct));
        services.AddHostedService<SetupLink>().AddHostedService<SessionWatch>();
        services.AddSingleton<Register>().AddSingleton<LogIn>().AddSingleton<RefreshSession>().AddSingleton<LogOut>().AddSingleton<MakeTicket>();
        services.AddSingleton<PublishSigningKeys>().AddSingleton<ReadProfile>().AddSingleton<ChangeProfile>().AddSingleton<FindUsers>();
        services.AddSingleton<BlockUser>().AddSingleton<ExportUser>().AddSingleton<EraseUser>().AddSingleton<ChangeServerRole>();
    }

    public static void MapAccounts(Routes routes, CommandMap commands)
    {
        Register.Map(routes, commands);
        LogIn.Map(routes, commands);
        RefreshSession.Map(routes, commands);
        LogOut.Map(routes, commands);
        MakeTicket.Map(routes, commands);
        PublishSigningKeys.Map(routes, commands);
        ReadProfile.Map(routes, commands);
        ChangeProfile.Map(routes, commands);
        FindUsers.Map(routes, commands);
        BlockUser.Map(routes, commands);
        ExportUser.Map(routes, commands);
        EraseUser.Map(routes, commands);
        ChangeServerRole.Map(routes, commands);
    }
}
