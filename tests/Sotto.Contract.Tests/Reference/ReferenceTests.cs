using Sotto.Contract.Tests.Stage;

namespace Sotto.Contract.Tests.Reference;

/// <summary>Each row of the API reference by its name, as a client would do that has read nothing else.</summary>
public abstract class ReferenceTests(Servers servers, Db db) : Play(servers, db)
{
    private static readonly Dictionary<string, Row> Rows = new Row[][]
    {
        [.. AccountRows.All], [.. DeviceRows.All], [.. ConversationRows.All], [.. MessageRows.All], [.. FrameRows.All], [.. EventRows.All], [.. StatusRows.All], [.. CallRows.All], [.. AttachmentRows.All],
    }.SelectMany(rows => rows).ToDictionary(row => row.Name, StringComparer.Ordinal);

    public static TheoryData<string> Names => [.. Rows.Keys];

    internal static IEnumerable<Row> All => Rows.Values;

    [Theory, Rule("M73", "W47", "H2", "H3", "H4")]
    [MemberData(nameof(Names))]
    public async Task The_server_keeps(string row)
    {
        var promise = Rows[row];
        var server = promise.Settings.Count > 0 ? await OwnServerAsync(promise.Settings) : Server;
        await promise.PlayAsync(await Scene.SetAsync(name => PersonAsync(name, server)));
    }
}

public sealed class ReferenceOnSqlite(Servers servers) : ReferenceTests(servers, Db.Sqlite);

public sealed class ReferenceOnPostgres(Servers servers) : ReferenceTests(servers, Db.Postgres);
