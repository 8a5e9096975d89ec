using System.Globalization;
using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Access;

/// <summary>
/// Every route that concerns a conversation, tried by everybody. In each row nobody (no token) is tried too, and must get INVALID_TOKEN.
/// Outsiders are a stranger, a former member, an agent and an administrator of the server.
/// </summary>
public abstract class ConversationAccessTests(Servers servers, Db db) : Play(servers, db)
{
    internal static AccessTable Table { get; } = new(
    """
    what                                         | in      | with                        | outsiders                    | member            | moderator         | admin
    GET /conversations/{id}                      | group   |                             | NOT_A_MEMBER                 | 200               | 200               | 200
    GET /conversations/{id}                      | public  |                             | NOT_A_MEMBER                 | 200               | 200               | 200
    GET /conversations/{id}                      | support |                             | NOT_A_MEMBER                 | 200               | 200               | 200
    GET /conversations/{id}                      | direct  |                             | NOT_A_MEMBER, former -       | 200               | -                 | 200
    PATCH /conversations/{id}                    | group   | what all see                | NOT_A_MEMBER                 | PERMISSION_DENIED | 200               | 200
    PATCH /conversations/{id}                    | channel | what all see                | NOT_A_MEMBER                 | PERMISSION_DENIED | 200               | 200
    PATCH /conversations/{id}                    | support | what all see                | NOT_A_MEMBER                 | PERMISSION_DENIED | 200               | 200
    PATCH /conversations/{id}                    | direct  | what all see                | NOT_A_MEMBER, former -       | 200               | -                 | 200
    PATCH /conversations/{id}                    | direct  | the visibility              | NOT_A_MEMBER, former -       | VALIDATION_ERROR  | -                 | VALIDATION_ERROR
    PATCH /conversations/{id}                    | group   | what oneself sees           | NOT_A_MEMBER                 | 200               | 200               | 200
    PATCH /conversations/{id}                    | direct  | what oneself sees           | NOT_A_MEMBER, former -       | 200               | -                 | 200
    DELETE /conversations/{id}                   | group   |                             | NOT_A_MEMBER                 | PERMISSION_DENIED | PERMISSION_DENIED | 204
    DELETE /conversations/{id}                   | channel |                             | NOT_A_MEMBER                 | PERMISSION_DENIED | PERMISSION_DENIED | 204
    DELETE /conversations/{id}                   | support |                             | NOT_A_MEMBER                 | PERMISSION_DENIED | PERMISSION_DENIED | 204
    DELETE /conversations/{id}                   | direct  |                             | NOT_A_MEMBER, former -       | PERMISSION_DENIED | -                 | PERMISSION_DENIED
    GET /conversations/{id}/devices              | group   |                             | NOT_A_MEMBER                 | 200               | 200               | 200
    GET /conversations/{id}/devices              | public  |                             | NOT_A_MEMBER                 | 200               | 200               | 200
    GET /conversations/{id}/devices              | blocked |                             | -                            | 200               | -                 | 200
    POST /conversations/{id}/prekeys             | group   | a device of a member        | NOT_A_MEMBER                 | 200               | 200               | 200
    POST /conversations/{id}/prekeys             | group   | a device of a stranger      | NOT_A_MEMBER                 | DEVICE_NOT_FOUND  | DEVICE_NOT_FOUND  | DEVICE_NOT_FOUND
    GET /conversations/{id}/members              | group   |                             | NOT_A_MEMBER                 | 200               | 200               | 200
    GET /conversations/{id}/members              | public  |                             | NOT_A_MEMBER                 | 200               | 200               | 200
    POST /conversations/{id}/members             | group   | a newcomer                  | NOT_A_MEMBER                 | PERMISSION_DENIED | 201               | 201
    POST /conversations/{id}/members             | channel | a newcomer                  | NOT_A_MEMBER                 | PERMISSION_DENIED | 201               | 201
    POST /conversations/{id}/members             | public  | a newcomer                  | NOT_A_MEMBER                 | PERMISSION_DENIED | 201               | 201
    POST /conversations/{id}/members             | support | a newcomer                  | NOT_A_MEMBER                 | PERMISSION_DENIED | 201               | 201
    POST /conversations/{id}/members             | direct  | a newcomer                  | NOT_A_MEMBER, former -       | MEMBERS_FIXED     | -                 | MEMBERS_FIXED
    POST /conversations/{id}/members             | group   | a newcomer as moderator     | NOT_A_MEMBER                 | PERMISSION_DENIED | 201               | 201
    POST /conversations/{id}/members             | group   | a newcomer as admin         | NOT_A_MEMBER                 | PERMISSION_DENIED | PERMISSION_DENIED | 201
    POST /conversations/{id}/members             | group   | a member                    | NOT_A_MEMBER                 | PERMISSION_DENIED | ALREADY_MEMBER    | ALREADY_MEMBER
    POST /conversations/{id}/members             | group   | who blocked all             | NOT_A_MEMBER                 | PERMISSION_DENIED | USER_BLOCKED      | USER_BLOCKED
    POST /conversations/{id}/members             | group   | who doesn't exist           | NOT_A_MEMBER                 | PERMISSION_DENIED | VALIDATION_ERROR  | VALIDATION_ERROR
    PATCH /conversations/{id}/members/{user_id}  | group   | a member                    | NOT_A_MEMBER                 | PERMISSION_DENIED | PERMISSION_DENIED | 200
    PATCH /conversations/{id}/members/{user_id}  | channel | a member                    | NOT_A_MEMBER                 | PERMISSION_DENIED | PERMISSION_DENIED | 200
    PATCH /conversations/{id}/members/{user_id}  | support | a member                    | NOT_A_MEMBER                 | PERMISSION_DENIED | PERMISSION_DENIED | 200
    PATCH /conversations/{id}/members/{user_id}  | direct  | a member                    | NOT_A_MEMBER, former -       | MEMBERS_FIXED     | -                 | MEMBERS_FIXED
    PATCH /conversations/{id}/members/{user_id}  | group   | oneself, to member          | NOT_A_MEMBER                 | PERMISSION_DENIED | PERMISSION_DENIED | LAST_ADMIN
    PATCH /conversations/{id}/members/{user_id}  | group   | a newcomer                  | NOT_A_MEMBER                 | PERMISSION_DENIED | PERMISSION_DENIED | USER_NOT_FOUND
    DELETE /conversations/{id}/members/{user_id} | group   | a member                    | NOT_A_MEMBER                 | PERMISSION_DENIED | 200               | 200
    DELETE /conversations/{id}/members/{user_id} | channel | a member                    | NOT_A_MEMBER                 | PERMISSION_DENIED | 200               | 200
    DELETE /conversations/{id}/members/{user_id} | support | a member                    | NOT_A_MEMBER                 | PERMISSION_DENIED | 200               | 200
    DELETE /conversations/{id}/members/{user_id} | direct  | a member                    | NOT_A_MEMBER, former -       | MEMBERS_FIXED     | -                 | MEMBERS_FIXED
    DELETE /conversations/{id}/members/{user_id} | group   | another moderator           | NOT_A_MEMBER                 | PERMISSION_DENIED | PERMISSION_DENIED | 200
    DELETE /conversations/{id}/members/{user_id} | group   | the admin                   | NOT_A_MEMBER                 | PERMISSION_DENIED | PERMISSION_DENIED | 200
    DELETE /conversations/{id}/members/{user_id} | group   | oneself                     | NOT_A_MEMBER                 | 200               | 200               | 200
    DELETE /conversations/{id}/members/{user_id} | direct  | oneself                     | NOT_A_MEMBER, former -       | MEMBERS_FIXED     | -                 | MEMBERS_FIXED
    DELETE /conversations/{id}/members/{user_id} | group   | a newcomer                  | NOT_A_MEMBER                 | PERMISSION_DENIED | USER_NOT_FOUND    | USER_NOT_FOUND
    POST /conversations/{id}/join                | group   |                             | PERMISSION_DENIED            | ALREADY_MEMBER    | ALREADY_MEMBER    | ALREADY_MEMBER
    POST /conversations/{id}/join                | channel |                             | PERMISSION_DENIED            | ALREADY_MEMBER    | ALREADY_MEMBER    | ALREADY_MEMBER
    POST /conversations/{id}/join                | public  |                             | 200                          | ALREADY_MEMBER    | ALREADY_MEMBER    | ALREADY_MEMBER
    POST /conversations/{id}/join                | support |                             | PERMISSION_DENIED, agent 200 | ALREADY_MEMBER    | ALREADY_MEMBER    | ALREADY_MEMBER
    POST /conversations/{id}/join                | direct  |                             | PERMISSION_DENIED, former -  | ALREADY_MEMBER    | -                 | ALREADY_MEMBER
    POST /conversations/{id}/invites             | group   |                             | NOT_A_MEMBER                 | PERMISSION_DENIED | 201               | 201
    POST /conversations/{id}/invites             | public  |                             | NOT_A_MEMBER                 | PERMISSION_DENIED | 201               | 201
    POST /conversations/{id}/invites             | direct  |                             | NOT_A_MEMBER, former -       | MEMBERS_FIXED     | -                 | MEMBERS_FIXED
    POST /conversations/join                     | group   | a code                      | 200                          | ALREADY_MEMBER    | ALREADY_MEMBER    | ALREADY_MEMBER
    POST /conversations/join                     | channel | a code                      | 200                          | ALREADY_MEMBER    | ALREADY_MEMBER    | ALREADY_MEMBER
    POST /conversations/                         | blocked | a direct one                | -                            | 200               | -                 | 200
    POST /conversations/                         | blocked | a group with the other      | -                            | USER_BLOCKED      | -                 | USER_BLOCKED
    POST /conversations/                         | group   | a direct one                | 201                          | 201               | 201               | 201
    POST /messages/                              | group   |                             | NOT_A_MEMBER                 | 201               | 201               | 201
    POST /messages/                              | channel |                             | NOT_A_MEMBER                 | PERMISSION_DENIED | 201               | 201
    POST /messages/                              | public  |                             | NOT_A_MEMBER                 | PERMISSION_DENIED | 201               | 201
    POST /messages/                              | support |                             | NOT_A_MEMBER                 | 201               | 201               | 201
    POST /messages/                              | direct  |                             | NOT_A_MEMBER, former -       | 201               | -                 | 201
    POST /messages/                              | blocked |                             | -                            | USER_BLOCKED      | -                 | USER_BLOCKED
    POST /messages/                              | group   | a reply                     | NOT_A_MEMBER                 | 201               | 201               | 201
    POST /messages/                              | group   | a reply to an older one     | NOT_A_MEMBER                 | VALIDATION_ERROR  | VALIDATION_ERROR  | 201
    POST /messages/                              | group   | a reply to elsewhere        | NOT_A_MEMBER                 | VALIDATION_ERROR  | VALIDATION_ERROR  | VALIDATION_ERROR
    POST /messages/                              | group   | a key for a stranger        | NOT_A_MEMBER                 | VALIDATION_ERROR  | VALIDATION_ERROR  | VALIDATION_ERROR
    GET /messages/                               | group   |                             | NOT_A_MEMBER                 | 200               | 200               | 200
    GET /messages/                               | public  |                             | NOT_A_MEMBER                 | 200               | 200               | 200
    GET /messages/                               | support |                             | NOT_A_MEMBER                 | 200               | 200               | 200
    GET /messages/                               | direct  |                             | NOT_A_MEMBER, former -       | 200               | -                 | 200
    GET /messages/                               | blocked |                             | -                            | 200               | -                 | 200
    GET /messages/{id}                           | group   | another's                   | NOT_A_MEMBER                 | 200               | 200               | 200
    GET /messages/{id}                           | public  | another's                   | NOT_A_MEMBER                 | 200               | 200               | 200
    GET /messages/{id}                           | group   | own message                 | NOT_A_MEMBER                 | 200               | 200               | 200
    GET /messages/{id}                           | group   | older than the joining      | NOT_A_MEMBER                 | MESSAGE_NOT_FOUND | MESSAGE_NOT_FOUND | 200
    PATCH /messages/{id}                         | group   | another's                   | NOT_A_MEMBER                 | PERMISSION_DENIED | PERMISSION_DENIED | PERMISSION_DENIED
    PATCH /messages/{id}                         | group   | own message                 | NOT_A_MEMBER                 | 200               | 200               | 200
    PATCH /messages/{id}                         | group   | own message, deleted        | NOT_A_MEMBER                 | MESSAGE_DELETED   | MESSAGE_DELETED   | MESSAGE_DELETED
    PATCH /messages/{id}                         | group   | a system message            | NOT_A_MEMBER                 | PERMISSION_DENIED | PERMISSION_DENIED | PERMISSION_DENIED
    PATCH /messages/{id}                         | group   | older than the joining      | NOT_A_MEMBER                 | MESSAGE_NOT_FOUND | MESSAGE_NOT_FOUND | 200
    PATCH /messages/{id}                         | channel | own message, since demoted  | NOT_A_MEMBER                 | PERMISSION_DENIED | 200               | 200
    PATCH /messages/{id}                         | blocked | own message                 | -                            | USER_BLOCKED      | -                 | USER_BLOCKED
    DELETE /messages/{id}                        | group   | another's                   | NOT_A_MEMBER                 | PERMISSION_DENIED | 204               | 204
    DELETE /messages/{id}                        | channel | another's                   | NOT_A_MEMBER                 | PERMISSION_DENIED | 204               | 204
    DELETE /messages/{id}                        | support | another's                   | NOT_A_MEMBER                 | PERMISSION_DENIED | 204               | 204
    DELETE /messages/{id}                        | direct  | the creator's               | NOT_A_MEMBER, former -       | PERMISSION_DENIED | -                 | 204
    DELETE /messages/{id}                        | group   | own message                 | NOT_A_MEMBER                 | 204               | 204               | 204
    DELETE /messages/{id}                        | group   | own message, deleted        | NOT_A_MEMBER                 | 204               | 204               | 204
    DELETE /messages/{id}                        | channel | own message, since demoted  | NOT_A_MEMBER                 | 204               | 204               | 204
    DELETE /messages/{id}                        | blocked | own message                 | -                            | 204               | -                 | 204
    DELETE /messages/{id}                        | group   | a system message            | NOT_A_MEMBER                 | PERMISSION_DENIED | PERMISSION_DENIED | PERMISSION_DENIED
    DELETE /messages/{id}                        | group   | older than the joining      | NOT_A_MEMBER                 | MESSAGE_NOT_FOUND | MESSAGE_NOT_FOUND | 204
    POST /messages/{id}/keys                     | group   | another's, for oneself      | NOT_A_MEMBER                 | 204               | 204               | 204
    POST /messages/{id}/keys                     | group   | another's, for a third      | NOT_A_MEMBER                 | PERMISSION_DENIED | PERMISSION_DENIED | PERMISSION_DENIED
    POST /messages/{id}/keys                     | group   | own message, for a third    | NOT_A_MEMBER                 | 204               | 204               | 204
    POST /messages/{id}/keys                     | group   | own message, for a stranger | NOT_A_MEMBER                 | VALIDATION_ERROR  | VALIDATION_ERROR  | VALIDATION_ERROR
    POST /messages/{id}/keys                     | group   | own message, deleted, third | NOT_A_MEMBER                 | MESSAGE_DELETED   | MESSAGE_DELETED   | MESSAGE_DELETED
    POST /messages/{id}/keys                     | group   | older one, for oneself      | NOT_A_MEMBER                 | MESSAGE_NOT_FOUND | MESSAGE_NOT_FOUND | 204
    PUT /messages/{id}/reactions                 | group   | another's                   | NOT_A_MEMBER                 | 200               | 200               | 200
    PUT /messages/{id}/reactions                 | channel | another's                   | NOT_A_MEMBER                 | 200               | 200               | 200
    PUT /messages/{id}/reactions                 | blocked | another's                   | -                            | USER_BLOCKED      | -                 | USER_BLOCKED
    PUT /messages/{id}/reactions                 | group   | another's, deleted          | NOT_A_MEMBER                 | MESSAGE_DELETED   | MESSAGE_DELETED   | MESSAGE_DELETED
    PUT /messages/{id}/reactions                 | group   | older than the joining      | NOT_A_MEMBER                 | MESSAGE_NOT_FOUND | MESSAGE_NOT_FOUND | 200
    DELETE /messages/{id}/reactions              | group   | own reaction                | NOT_A_MEMBER                 | 204               | 204               | 204
    DELETE /messages/{id}/reactions              | blocked | own reaction                | -                            | 204               | -                 | 204
    DELETE /messages/{id}/reactions              | group   | another's reaction          | NOT_A_MEMBER                 | REACTION_NOT_FOUND | REACTION_NOT_FOUND | REACTION_NOT_FOUND
    DELETE /messages/{id}/reactions              | group   | older than the joining      | NOT_A_MEMBER                 | MESSAGE_NOT_FOUND | MESSAGE_NOT_FOUND | REACTION_NOT_FOUND
    POST /messages/{id}/status                   | group   | another's                   | NOT_A_MEMBER                 | 204               | 204               | 204
    POST /messages/{id}/status                   | channel | another's                   | NOT_A_MEMBER                 | 204               | 204               | 204
    POST /messages/{id}/status                   | group   | own message                 | NOT_A_MEMBER                 | 204               | 204               | 204
    POST /messages/{id}/status                   | group   | older than the joining      | NOT_A_MEMBER                 | MESSAGE_NOT_FOUND | MESSAGE_NOT_FOUND | 204
    POST /sync/ack                               | group   |                             | NOT_A_MEMBER, former 204     | 204               | 204               | 204
    POST /sync/ack                               | direct  |                             | NOT_A_MEMBER, former -       | 204               | -                 | 204
    """);

    public static TheoryData<string> Rows => Table.Names;

    [Theory, MemberData(nameof(Rows)), Rule("V23", "V30", "V32", "V40", "V42", "V44", "V46", "V48", "V49", "V60", "M7", "M8", "M24", "M33", "M40", "M41", "A51", "A52", "H35")]
    public async Task Everybody_gets_what_the_table_says(string name)
    {
        var row = Table[name];
        var scene = await Scene.SetAsync(row, who => PersonAsync(who));
        await TryAsync(row, scene, Actor.Nobody, "INVALID_TOKEN");
        foreach (var (actor, outcome) in row.Expected)
        {
            // Refusals change nothing, so the scene serves until something succeeds.
            scene ??= await Scene.SetAsync(row, who => PersonAsync(who));
            var answer = await TryAsync(row, scene, actor, outcome);
            scene = answer.Status < 300 && !row.What.StartsWith("GET ", StringComparison.Ordinal) ? null : scene;
        }
    }

    private async Task<Answer> TryAsync(AccessRow row, Scene scene, Actor actor, string outcome)
    {
        var person = actor == Actor.Nobody ? null : await scene[actor];
        var (path, body) = await ConversationRequests.OfAsync(row, scene, actor, person);
        var method = new HttpMethod(row.What.Split(' ')[0]);
        var answer = await (person?.Phone ?? Nobody).SendAsync(method, path, body);
        try
        {
            AccessRow.MustHold(answer, outcome);
        }
        catch (Exception fault)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{row}: {actor}: {fault.Message}"), fault);
        }

        return answer;
    }
}

public sealed class ConversationAccessOnSqlite(Servers servers) : ConversationAccessTests(servers, Db.Sqlite);

public sealed class ConversationAccessOnPostgres(Servers servers) : ConversationAccessTests(servers, Db.Postgres);
