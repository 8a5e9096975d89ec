using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Access;

/// <summary>Who tries.</summary>
internal enum Actor
{
    Nobody,
    Stranger,
    Former,
    Agent,
    Operator,
    Member,
    Moderator,
    Admin,
    Owner,
}

/// <summary>A table in a raw string: columns between bars, the first line their names. A cell in brackets is a comment; "-" isn't tried.</summary>
internal sealed class AccessTable
{
    /// <summary>Who stands behind a column's name. Outsiders have no part in it: a server's own agents and administrators are no better than strangers.</summary>
    private static readonly Dictionary<string, Actor[]> Columns = new(StringComparer.Ordinal)
    {
        ["nobody"] = [Actor.Nobody],
        ["outsiders"] = [Actor.Stranger, Actor.Former, Actor.Agent, Actor.Operator],
        ["others"] = [Actor.Stranger, Actor.Agent, Actor.Operator],
        ["member"] = [Actor.Member],
        ["moderator"] = [Actor.Moderator],
        ["admin"] = [Actor.Admin],
        ["owner"] = [Actor.Owner],
    };

    private readonly Dictionary<string, AccessRow> _rows;

    public AccessTable(string text)
    {
        var lines = text.Split('\n').Where(line => line.Trim().Length > 0).Select(Cells).ToArray();
        var header = lines[0];
        _rows = lines[1..].Select(cells => Read(header, cells)).ToDictionary(row => row.Name, StringComparer.Ordinal);
    }

    public IEnumerable<AccessRow> Rows => _rows.Values;

    /// <summary>For theories: a row by its name, which the runner can show.</summary>
    public TheoryData<string> Names => [.. _rows.Keys];

    public AccessRow this[string name] => _rows[name];

    private static string[] Cells(string line) => [.. line.Split('|').Select(cell => string.Join(' ', cell.Split(' ', StringSplitOptions.RemoveEmptyEntries)))];

    private static AccessRow Read(string[] header, string[] cells)
    {
        Assert.True(cells.Length == header.Length, $"The row \"{string.Join(" | ", cells)}\" has not the columns of its table.");
        var named = header.Zip(cells).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
        var expected = new List<(Actor, string)>();
        foreach (var (column, actors) in Columns)
        {
            if (named.TryGetValue(column, out var cell) && cell != "-")
            {
                expected.AddRange(Expected(cell, actors));
            }
        }

        return new AccessRow(named["what"], named.GetValueOrDefault("in", ""), named["with"], expected);
    }

    /// <summary>A cell such as <c>PERMISSION_DENIED, agent 200</c>: what holds for all of the column, then the exceptions.</summary>
    private static IEnumerable<(Actor, string)> Expected(string cell, Actor[] actors)
    {
        var parts = cell.Split(", ");
        var exceptions = parts[1..].Select(part => part.Split(' ')).ToDictionary(part => Enum.Parse<Actor>(part[0], ignoreCase: true), part => part[1]);
        return actors.Select(actor => (actor, exceptions.GetValueOrDefault(actor, parts[0]))).Where(one => one.Item2 != "-");
    }
}

/// <summary>One row: what is tried, in which kind of conversation, with what, and what each actor must get.</summary>
internal sealed record AccessRow(string What, string Kind, string With, IReadOnlyList<(Actor Actor, string Outcome)> Expected)
{
    public string Name => string.Join(" | ", new[] { What, Kind, With }.Where(part => part.Length > 0));

    public override string ToString() => Name;

    /// <summary>The outcome of a cell: a status, or the code of a refusal.</summary>
    public static void MustHold(Answer answer, string outcome)
    {
        if (int.TryParse(outcome, out var status))
        {
            answer.MustBe(status);
        }
        else
        {
            answer.MustBeRefused(Code(outcome));
        }
    }

    public static ErrorCode Code(string outcome) => Errors.All.Single(error => error.Code == outcome);
}
