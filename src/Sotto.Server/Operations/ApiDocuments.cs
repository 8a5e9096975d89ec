using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sotto.Contracts;
using Sotto.Server.Http;
using Sotto.Server.Sockets;

namespace Sotto.Server.Operations;

/// <summary>The two API documents of this server: <c>/openapi/v1.json</c>, <c>/asyncapi/v1.json</c>, and the committed copies in <c>docs/api</c>.</summary>
internal sealed class ApiDocuments
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true, IndentSize = 2, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly string Version = typeof(ApiDocuments).Assembly.GetName().Version!.ToString(3);

    private const string Setting = "write-api-documents";

    private Lazy<byte[]> _openApi = new([]);
    private Lazy<byte[]> _asyncApi = new([]);

    public static void Map(Routes routes)
    {
        routes.Get("~/openapi/v1.json", "This description of the REST API.")
            .For(Access.Anyone).Gives<JsonObject>()
            .Handle((ApiDocuments use, Call _) => Task.FromResult(new RawAnswer(use._openApi.Value)));
        routes.Get("~/asyncapi/v1.json", "The description of the socket API.")
            .For(Access.Anyone).Gives<JsonObject>()
            .Handle((ApiDocuments use, Call _) => Task.FromResult(new RawAnswer(use._asyncApi.Value)));
    }

    /// <summary>With <c>--write-api-documents folder</c> the process only writes the two documents: no data folder, no database, no port.</summary>
    public static void PrepareToWrite(WebApplicationBuilder builder)
    {
        if (builder.Configuration[Setting] is not null)
        {
            builder.Configuration["Sotto:DataDirectory"] = Path.GetTempPath();
            builder.Configuration["Sotto:Database"] = "Data Source=:memory:";
            builder.Configuration["Logging:LogLevel:Default"] = "Warning";
        }
    }

    /// <returns>Whether that was all there was to do.</returns>
    public static bool WriteIfAsked(WebApplication app)
    {
        if (app.Configuration[Setting] is not { } folder)
        {
            return false;
        }

        app.Services.GetRequiredService<ApiDocuments>().WriteTo(folder);
        return true;
    }

    /// <summary>Tells what to describe; it is written when first asked for, when every module has mapped its doors.</summary>
    public void Describe(Routes routes, CommandMap commands)
    {
        var summaries = new Lazy<Summaries>(() => new Summaries(typeof(Wire).Assembly));
        _openApi = new(() => Text(new OpenApiDocument(routes.All, summaries.Value, Pages.Text("overview.md"), Version).Write()));
        _asyncApi = new(() => Text(new AsyncApiDocument(commands, summaries.Value, Pages.Text("socket.md"), Version).Write()));
    }

    private void WriteTo(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "openapi.json"), _openApi.Value);
        File.WriteAllBytes(Path.Combine(folder, "asyncapi.json"), _asyncApi.Value);
    }

    private static byte[] Text(JsonObject document) => [.. JsonSerializer.SerializeToUtf8Bytes(document, Readable), (byte)'\n'];
}
