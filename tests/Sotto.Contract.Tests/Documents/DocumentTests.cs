using System.Text.Json;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Documents;

/// <summary>The documents themselves: committed, complete, without loose ends.</summary>
[Rule("O4")]
public sealed class DocumentTests
{
    private static readonly ServerDocuments Documents = ServerDocuments.Current;

    [Theory]
    [InlineData("openapi.json")]
    [InlineData("asyncapi.json")]
    public void The_committed_copy_is_what_the_code_says(string file)
    {
        var wanted = file == "openapi.json" ? Documents.OpenApiText : Documents.AsyncApiText;
        Assert.True(
            File.Exists(Repository.At("docs", "api", file)) && File.ReadAllText(Repository.At("docs", "api", file)) == wanted,
            $"docs/api/{file} is not what the code says. Run: ./run --write-api-documents docs/api");
    }

    [Fact]
    public void Every_reference_leads_somewhere()
    {
        foreach (var document in new[] { Documents.OpenApi, Documents.AsyncApi })
        {
            var check = new SchemaCheck(document);
            foreach (var reference in References(document))
            {
                Assert.NotEqual(JsonValueKind.Undefined, check.Resolve(reference).ValueKind);
            }
        }
    }

    [Fact]
    public void Every_error_code_and_close_code_is_listed()
    {
        foreach (var document in new[] { Documents.OpenApi, Documents.AsyncApi })
        {
            Assert.Equal(Errors.All.Select(error => error.Code), document.GetProperty("x-error-codes").EnumerateArray().Select(one => one.GetProperty("code").GetString()));
        }

        Assert.Equal(
            CloseCodes.All.Select(code => code.Code).Order(),
            Documents.AsyncApi.GetProperty("x-close-codes").EnumerateArray().Select(one => one.GetProperty("code").GetInt32()));
    }

    [Fact]
    public void Every_example_fits_its_schema()
    {
        var rest = new SchemaCheck(Documents.OpenApi);
        foreach (var media in Objects(Documents.OpenApi).Where(one => one.TryGetProperty("example", out _) && one.TryGetProperty("schema", out var schema) && !schema.TryGetProperty("type", out _)))
        {
            Assert.Empty(rest.Failures(media.GetProperty("schema"), media.GetProperty("example")));
        }

        var socket = new SchemaCheck(Documents.AsyncApi);
        foreach (var message in Documents.AsyncApi.GetProperty("components").GetProperty("messages").EnumerateObject())
        {
            var example = message.Value.GetProperty("examples")[0].GetProperty("payload");
            Assert.True(socket.Failures(message.Value.GetProperty("payload"), example).Count == 0, message.Name + ": " + string.Join('\n', socket.Failures(message.Value.GetProperty("payload"), example)));
        }
    }

    [Fact]
    public void Every_operation_has_a_name_of_its_own_and_a_summary()
    {
        var operations = Documents.OpenApi.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()).Select(one => one.Value).ToArray();
        Assert.Equal(operations.Length, operations.Select(one => one.GetProperty("operationId").GetString()).Distinct().Count());
        Assert.All(operations, one => Assert.EndsWith(".", one.GetProperty("summary").GetString()));
    }

    private static IEnumerable<JsonElement> Objects(JsonElement at) => at.ValueKind switch
    {
        JsonValueKind.Object => at.EnumerateObject().SelectMany(one => Objects(one.Value)).Prepend(at),
        JsonValueKind.Array => at.EnumerateArray().SelectMany(Objects),
        _ => [],
    };

    private static IEnumerable<string> References(JsonElement document) =>
        Objects(document).Where(one => one.TryGetProperty("$ref", out var to) && to.ValueKind == JsonValueKind.String).Select(one => one.GetProperty("$ref").GetString()!);
}
