using System.Globalization;
using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Access;

/// <summary>
/// Every command that concerns a conversation, sent by everybody over a socket. A cell is the type of the answer, the code of a refusal, or
/// "silent" for a command that takes effect without an answer.
/// </summary>
public abstract class CommandAccessTests(Servers servers, Db db) : Play(servers, db)
{
    internal static AccessTable Table { get; } = new(
    """
    what               | in      | with                       | outsiders                   | member              | moderator           | admin
    join_conversation  | group   |                            | NOT_A_MEMBER                | conversation_joined | conversation_joined | conversation_joined
    join_conversation  | public  |                            | NOT_A_MEMBER                | conversation_joined | conversation_joined | conversation_joined
    join_conversation  | support |                            | NOT_A_MEMBER                | conversation_joined | conversation_joined | conversation_joined
    join_conversation  | direct  |                            | NOT_A_MEMBER, former -      | conversation_joined | -                   | conversation_joined
    leave_conversation | group   |                            | conversation_left           | conversation_left   | conversation_left   | conversation_left
    send_message       | group   |                            | NOT_A_MEMBER                | message_ack         | message_ack         | message_ack
    send_message       | channel |                            | NOT_A_MEMBER                | PERMISSION_DENIED   | message_ack         | message_ack
    send_message       | support |                            | NOT_A_MEMBER                | message_ack         | message_ack         | message_ack
    send_message       | direct  |                            | NOT_A_MEMBER, former -      | message_ack         | -                   | message_ack
    send_message       | blocked |                            | -                           | USER_BLOCKED        | -                   | USER_BLOCKED
    send_message       | group   | type system                | SYSTEM_TYPE_RESERVED        | SYSTEM_TYPE_RESERVED | SYSTEM_TYPE_RESERVED | SYSTEM_TYPE_RESERVED
    send_message       | group   | a reply to an older one    | NOT_A_MEMBER                | VALIDATION_ERROR    | VALIDATION_ERROR    | message_ack
    edit_message       | group   | another's                  | NOT_A_MEMBER                | PERMISSION_DENIED   | PERMISSION_DENIED   | PERMISSION_DENIED
    edit_message       | group   | own message                | NOT_A_MEMBER                | ack                 | ack                 | ack
    edit_message       | group   | own message, deleted       | NOT_A_MEMBER                | MESSAGE_DELETED     | MESSAGE_DELETED     | MESSAGE_DELETED
    edit_message       | channel | own message, since demoted | NOT_A_MEMBER                | PERMISSION_DENIED   | ack                 | ack
    edit_message       | blocked | own message                | -                           | USER_BLOCKED        | -                   | USER_BLOCKED
    delete_message     | group   | another's                  | NOT_A_MEMBER                | PERMISSION_DENIED   | ack                 | ack
    delete_message     | group   | own message                | NOT_A_MEMBER                | ack                 | ack                 | ack
    delete_message     | group   | older than the joining     | NOT_A_MEMBER                | MESSAGE_NOT_FOUND   | MESSAGE_NOT_FOUND   | ack
    delete_message     | direct  | the creator's              | NOT_A_MEMBER, former -      | PERMISSION_DENIED   | -                   | ack
    delete_message     | blocked | own message                | -                           | ack                 | -                   | ack
    react              | group   | another's                  | NOT_A_MEMBER                | ack                 | ack                 | ack
    react              | channel | another's                  | NOT_A_MEMBER                | ack                 | ack                 | ack
    react              | blocked | another's                  | -                           | USER_BLOCKED        | -                   | USER_BLOCKED
    react              | group   | own reaction               | NOT_A_MEMBER                | ack                 | ack                 | ack
    react              | group   | another's reaction         | NOT_A_MEMBER                | REACTION_NOT_FOUND  | REACTION_NOT_FOUND  | REACTION_NOT_FOUND
    react              | blocked | own reaction               | -                           | ack                 | -                   | ack
    ack                | group   |                            | NOT_A_MEMBER, former silent | silent              | silent              | silent
    message_status     | group   | another's                  | NOT_A_MEMBER                | silent              | silent              | silent
    message_status     | group   | own message                | NOT_A_MEMBER                | silent              | silent              | silent
    message_status     | group   | older than the joining     | NOT_A_MEMBER                | MESSAGE_NOT_FOUND   | MESSAGE_NOT_FOUND   | silent
    typing             | group   |                            | NOT_A_MEMBER                | silent              | silent              | silent
    typing             | public  |                            | NOT_A_MEMBER                | silent              | silent              | silent
    typing             | direct  |                            | NOT_A_MEMBER, former -      | silent              | -                   | silent
    """);

    public static TheoryData<string> Rows => Table.Names;

    [Theory, MemberData(nameof(Rows)), Rule("W40", "W42", "W43", "W44", "W45", "V23", "V49", "M7", "M40", "M41", "A51", "P6")]
    public async Task Everybody_gets_what_the_table_says(string name)
    {
        var row = Table[name];
        Scene? scene = null;
        foreach (var (actor, outcome) in row.Expected)
        {
            scene ??= await Scene.SetAsync(row, who => PersonAsync(who));
            var socket = await (await scene[actor]).ConnectsAsync();
            var got = await OutcomeAsync(socket, ConversationRequests.Frame(row, scene, actor));
            Assert.True(got == outcome, string.Create(CultureInfo.InvariantCulture, $"{row}: {actor} must get {outcome}, but got {got}."));
            scene = Errors.All.Any(error => error.Code == got) ? scene : null;
        }
    }

    [Fact, Rule("W2", "W3")]
    public async Task Nobody_commands_anything()
    {
        var alice = await PersonAsync("alice");
        foreach (var row in Table.Rows.DistinctBy(row => row.What))
        {
            var socket = await alice.Phone.OpensAsync(alice.Phone.SocketPath);
            await socket.SendAsync(new { Type = row.What, ConversationId = Guid.CreateVersion7() });
            await socket.IsClosedAsync(CloseCodes.AuthenticationFailed);
        }
    }

    /// <summary>The commands of the socket itself, and of one's own status.</summary>
    [Fact, Rule("W6", "W46", "P4")]
    public async Task Everybody_who_is_signed_in_speaks_for_oneself_only()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var laptop = await alice.NewDeviceAsync();
        var socket = await alice.ConnectsAsync();
        Assert.Equal("pong", await OutcomeAsync(socket, new { Type = "ping" }));
        Assert.Equal("silent", await OutcomeAsync(socket, new { Type = "set_status", Status = "away" }));
        Assert.Equal("auth_ok", await OutcomeAsync(socket, new { Type = "auth", Token = alice.Phone.AccessToken }));
        Assert.Equal("PERMISSION_DENIED", await OutcomeAsync(socket, new { Type = "auth", Token = laptop.AccessToken }));
        Assert.Equal("PERMISSION_DENIED", await OutcomeAsync(socket, new { Type = "auth", Token = bob.Phone.AccessToken }));
        Assert.Equal("INVALID_TOKEN", await OutcomeAsync(socket, new { Type = "auth", Token = "nonsense" }));
    }

    internal static string[] SpokenForOneself { get; } = ["auth", "ping", "set_status"];

    /// <summary>The commands of a socket are carried out in order, so a pong after it shows that the frame was silent.</summary>
    private static async Task<string> OutcomeAsync(Socket socket, object frame)
    {
        var id = TestDevice.RandomHex(8);
        await socket.SendAsync(Json.Write(frame).Replace("{\"type\"", $"{{\"request_id\":\"{id}\",\"type\"", StringComparison.Ordinal));
        await socket.AsksAsync(new { Type = "ping" });
        var answer = socket.All.SingleOrDefault(one => one.RequestId == id);
        return answer is null ? "silent" : answer.Type == "error" ? answer.Data.Text("error_code")! : answer.Type;
    }
}

public sealed class CommandAccessOnSqlite(Servers servers) : CommandAccessTests(servers, Db.Sqlite);

public sealed class CommandAccessOnPostgres(Servers servers) : CommandAccessTests(servers, Db.Postgres);
