using System.Net.Sockets;
using System.Reflection;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Sotto.Server.Storage;

namespace Sotto.Server.Operations;

/// <summary>What an operator sees of the process: settings that hold unless said otherwise, log lines, and the words at the start.</summary>
internal static class StartUp
{
    /// <summary>One event a line, with its time; ASP.NET and Orleans speak only when something is wrong.</summary>
    public static void AddStartUp(this WebApplicationBuilder builder)
    {
        // The weakest source: every other one (environment, command line) overrides it.
        builder.Configuration.Sources.Insert(0, new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource
        {
            InitialData =
            [
                new("urls", "http://localhost:8080"),
                new("Logging:LogLevel:Default", "Information"),
                new("Logging:LogLevel:Microsoft", "Warning"),
                new("Logging:LogLevel:Orleans", "Warning"),
                new("Logging:LogLevel:Sotto.Server.Cluster.NodePost", "Warning"),
            ],
        });
        SettingsCheck.Check(builder.Configuration);
        ApiDocuments.PrepareToWrite(builder);
        builder.Logging.AddConsole(console => console.FormatterName = LogLines.FormatterName).AddConsoleFormatter<LogLines, ConsoleFormatterOptions>();
    }

    /// <summary>Prints, once the server listens: where it can be reached, where it keeps things, where to read on.</summary>
    public static void AnnounceWhenStarted(this WebApplication app) => app.Lifetime.ApplicationStarted.Register(() =>
    {
        var storage = app.Services.GetRequiredService<IOptions<StorageOptions>>().Value;
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        var version = typeof(StartUp).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0];
        Console.WriteLine($"Sotto {version}");
        foreach (var address in addresses)
        {
            Console.WriteLine($"Listening on {address}");
        }

        Console.WriteLine($"Data in {Path.GetFullPath(storage.DataDirectory)}{(storage.IsPostgres ? ", database in PostgreSQL" : "")}");
        if (addresses.FirstOrDefault() is { } first)
        {
            Console.WriteLine($"API reference at {first}/docs");
        }
    });

    /// <summary>Runs until told to stop. What an operator can mend is told in a sentence; the exit code is 1 then.</summary>
    public static async Task<int> RunOrExplainAsync(Func<WebApplication> compose)
    {
        try
        {
            await using var app = compose();
            if (!ApiDocuments.WriteIfAsked(app))
            {
                await RunAsync(app);
            }

            return 0;
        }
        catch (Exception fault) when (Explain(fault) is not null)
        {
            await Console.Error.WriteLineAsync($"The server can't start: {Explain(fault)}");
            return 1;
        }
    }

    private static async Task RunAsync(WebApplication app)
    {
        SettingsCheck.CheckValues(app.Services);
        try
        {
            await app.StartAsync();
        }
        catch
        {
            await StopWhatStartedAsync(app);
            throw;
        }

        await app.WaitForShutdownAsync();
    }

    /// <summary>In order; a part that hadn't started yet may refuse to stop, which must not hide why the start failed.</summary>
    private static async Task StopWhatStartedAsync(WebApplication app)
    {
        try
        {
            await app.StopAsync();
        }
        catch (InvalidOperationException notStarted)
        {
            Log.NotStopped(app.Logger, notStarted);
        }
    }

    /// <summary>What the operator did, or can do, about it; null for faults of the server itself.</summary>
    private static string? Explain(Exception fault) => fault switch
    {
        CannotStartException => fault.Message,
        OptionsValidationException validation => SettingsCheck.Explain(validation),
        InvalidOperationException { InnerException: FormatException or ArgumentException } => "a setting is wrong: " + fault.Message,
        IOException { InnerException: AddressInUseException } => fault.Message + " Choose another address with --urls.",
        SocketException => $"it can't listen on the address that is set: {fault.Message}. Choose another one with --urls.",
        _ => null,
    };
}
