using System.Globalization;
using Sotto.Contract.Tests.Calls;
using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Access;

/// <summary>
/// Every route and command that concerns a call, tried by everybody. The owner calls, the member is called; others are a stranger, an agent and an
/// administrator of the server.
/// </summary>
public abstract class CallAccessTests(Servers servers, Db db) : Play(servers, db)
{
    internal static AccessTable Table { get; } = new(
    """
    what                             | with      | nobody        | others            | member       | owner
    POST /calls/initiate             | it rings  | INVALID_TOKEN | 200               | 200          | USER_ALREADY_IN_CALL
    GET /calls/                      | it rings  | INVALID_TOKEN | 200               | 200          | 200
    GET /calls/history               | it rings  | INVALID_TOKEN | 200               | 200          | 200
    GET /calls/{call_id}             | it rings  | INVALID_TOKEN | PERMISSION_DENIED | 200          | 200
    GET /calls/{call_id}             | it's over | INVALID_TOKEN | PERMISSION_DENIED | 200          | 200
    GET /calls/{call_id}/ice-servers | it rings  | INVALID_TOKEN | PERMISSION_DENIED | 200          | 200
    GET /calls/{call_id}/ice-servers | it's over | INVALID_TOKEN | PERMISSION_DENIED | CALL_ENDED   | CALL_ENDED
    POST /calls/{call_id}/ringing    | it rings  | INVALID_TOKEN | PERMISSION_DENIED | 204          | 204
    POST /calls/{call_id}/ringing    | it's over | INVALID_TOKEN | PERMISSION_DENIED | CALL_ENDED   | CALL_ENDED
    POST /calls/{call_id}/join       | it rings  | INVALID_TOKEN | PERMISSION_DENIED | 200          | 200
    POST /calls/{call_id}/join       | it's over | INVALID_TOKEN | PERMISSION_DENIED | CALL_ENDED   | CALL_ENDED
    POST /calls/{call_id}/decline    | it rings  | INVALID_TOKEN | PERMISSION_DENIED | 204          | 204
    POST /calls/{call_id}/decline    | it's over | INVALID_TOKEN | PERMISSION_DENIED | CALL_ENDED   | CALL_ENDED
    POST /calls/{call_id}/leave      | it rings  | INVALID_TOKEN | PERMISSION_DENIED | 204          | 204
    POST /calls/{call_id}/leave      | it's over | INVALID_TOKEN | PERMISSION_DENIED | CALL_ENDED   | CALL_ENDED
    POST /calls/{call_id}/end        | it rings  | INVALID_TOKEN | PERMISSION_DENIED | 200          | 200
    POST /calls/{call_id}/end        | it's over | INVALID_TOKEN | PERMISSION_DENIED | CALL_ENDED   | CALL_ENDED
    POST /calls/{call_id}/heartbeat  | it rings  | INVALID_TOKEN | PERMISSION_DENIED | NOT_IN_CALL  | 204
    POST /calls/{call_id}/heartbeat  | it's over | INVALID_TOKEN | PERMISSION_DENIED | CALL_ENDED   | CALL_ENDED
    POST /calls/{call_id}/quality    | it rings  | INVALID_TOKEN | PERMISSION_DENIED | NOT_IN_CALL  | 204
    POST /calls/{call_id}/quality    | it's over | INVALID_TOKEN | PERMISSION_DENIED | NOT_IN_CALL  | 204
    """);

    internal static string[] Commands { get; } = ["offer", "answer", "ice-candidate", "mute", "video_toggle", "screen_share", "raise_hand"];

    public static TheoryData<string> Rows => Table.Names;

    [Theory, MemberData(nameof(Rows)), Rule("C1", "C3", "C40", "C81", "H35", "H39")]
    public async Task Everybody_gets_what_the_table_says(string name)
    {
        var row = Table[name];
        foreach (var (actor, outcome) in row.Expected)
        {
            var (caller, callee, newcomer) = await PeopleAsync("caller", "callee", "newcomer");
            var call = await caller.CallsAsync(callee);
            if (row.With == "it's over")
            {
                await caller.EndsCallAsync(call.CallId);
            }

            var path = row.What.Split(' ')[1].Replace("{call_id}", call.CallId.ToString(), StringComparison.Ordinal);
            object? body = path.EndsWith("initiate", StringComparison.Ordinal) ? new NewCall([newcomer.Id], CallType.Audio)
                : path.EndsWith("quality", StringComparison.Ordinal) ? new CallMetadata(CallQuality.Good)
                : null;
            var rest = actor == Actor.Nobody ? Nobody : (await WhoAsync(actor, caller, callee)).Phone;
            var answer = await rest.SendAsync(new HttpMethod(row.What.Split(' ')[0]), path, body);
            try
            {
                AccessRow.MustHold(answer, outcome);
            }
            catch (Exception fault)
            {
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{row}: {actor}: {fault.Message}"), fault);
            }
        }
    }

    [Fact, Rule("C52")]
    public async Task Only_who_is_in_the_call_signals()
    {
        var (caller, callee) = await PeopleAsync("caller", "callee");
        var call = await caller.CallsAsync(callee);
        foreach (var (actor, outcome) in new[]
        {
            (Actor.Stranger, "PERMISSION_DENIED"), (Actor.Agent, "PERMISSION_DENIED"), (Actor.Operator, "PERMISSION_DENIED"), (Actor.Member, "NOT_IN_CALL"),
        })
        {
            var socket = await (await WhoAsync(actor, caller, callee)).ConnectsAsync();
            foreach (var type in Commands)
            {
                var answer = await socket.AsksAsync(new
                {
                    Type = type, call.CallId, Sdp = "v=0", Candidate = "", Muted = true, VideoEnabled = true, Sharing = true, Raised = true,
                });
                Assert.Equal((type, outcome), (type, answer.Data.Text("error_code")));
            }
        }
    }

    private async Task<Person> WhoAsync(Actor actor, Person caller, Person callee)
    {
        if (actor is Actor.Owner or Actor.Member)
        {
            return actor == Actor.Owner ? caller : callee;
        }

        var person = await PersonAsync("other");
        if (actor is Actor.Agent or Actor.Operator)
        {
            await Administrator.MakesAsync(person, actor == Actor.Agent ? ServerRole.Agent : ServerRole.Admin);
        }

        return person;
    }
}

public sealed class CallAccessOnSqlite(Servers servers) : CallAccessTests(servers, Db.Sqlite);

public sealed class CallAccessOnPostgres(Servers servers) : CallAccessTests(servers, Db.Postgres);
