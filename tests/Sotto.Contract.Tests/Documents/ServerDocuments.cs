using System.Diagnostics;
using System.Text.Json;

namespace Sotto.Contract.Tests.Documents;

/// <summary>The API documents as this build of the server writes them.</summary>
public sealed class ServerDocuments
{
    private static readonly Lazy<ServerDocuments> Written = new(Write);

    private ServerDocuments(string openApi, string asyncApi)
    {
        (OpenApiText, AsyncApiText) = (openApi, asyncApi);
        using var rest = JsonDocument.Parse(openApi);
        using var socket = JsonDocument.Parse(asyncApi);
        (OpenApi, AsyncApi) = (rest.RootElement.Clone(), socket.RootElement.Clone());
    }

    public static ServerDocuments Current => Written.Value;

    public string OpenApiText { get; }

    public string AsyncApiText { get; }

    public JsonElement OpenApi { get; }

    public JsonElement AsyncApi { get; }

    private static ServerDocuments Write()
    {
        var folder = Directory.CreateTempSubdirectory("sotto-documents-");
        try
        {
            var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Sotto.Server.dll"), "--write-api-documents", folder.FullName])
            {
                WorkingDirectory = folder.FullName,
            };
            using var process = Process.Start(start)!;
            process.WaitForExit();
            return process.ExitCode == 0
                ? new ServerDocuments(File.ReadAllText(Path.Combine(folder.FullName, "openapi.json")), File.ReadAllText(Path.Combine(folder.FullName, "asyncapi.json")))
                : throw new InvalidOperationException("The server could not write its API documents.");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
