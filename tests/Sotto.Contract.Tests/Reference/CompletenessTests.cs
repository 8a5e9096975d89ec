using Sotto.Contract.Tests.Documents;

namespace Sotto.Contract.Tests.Reference;

/// <summary>Nothing that the server's own documents name may lack a row.</summary>
[Rule("O4")]
public sealed class CompletenessTests
{
    private static readonly HashSet<string> Rows = [.. ReferenceTests.All.Select(row => row.Key)];

    /// <summary>What the documents call events, but comes only as the answer to a frame.</summary>
    private static readonly HashSet<string> Answers = [.. ReferenceTests.All.OfType<FrameRow>().Select(row => row.Causes), "token_expiring", .. Relayed];

    /// <summary>What another client's frame arrives as.</summary>
    private static IEnumerable<string> Relayed => ["offer", "answer", "ice-candidate", "participant_muted", "participant_video", "participant_screen", "participant_hand"];

    [Fact]
    public void Every_route_has_its_row()
    {
        var routes = ServerDocuments.Current.OpenApi.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => $"{operation.Name.ToUpperInvariant()} {path.Name}"));
        string[] without = [.. routes.Where(route => route.Contains(" /api/v1/", StringComparison.Ordinal) && !Rows.Contains(route))];
        Assert.Empty(without);
    }

    [Fact]
    public void Every_frame_and_event_has_its_row()
    {
        var messages = ServerDocuments.Current.AsyncApi.GetProperty("components").GetProperty("messages").EnumerateObject()
            .Select(message => (message.Name, Type: message.Value.GetProperty("examples")[0].GetProperty("payload").GetProperty("type").GetString()!));
        string[] without =
        [
            .. messages
                .Where(one => one.Name.EndsWith("Command", StringComparison.Ordinal) ? !Rows.Contains("frame " + one.Type) : !Rows.Contains("event " + one.Type) && !Answers.Contains(one.Type))
                .Select(one => one.Name),
        ];
        Assert.Empty(without);
    }
}
