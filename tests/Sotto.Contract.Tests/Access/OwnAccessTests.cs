using System.Globalization;
using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Access;

/// <summary>
/// Every route outside of conversations, tried by everybody on what is the owner's. Others are a stranger, an agent and an administrator of the
/// server: neither role opens what is somebody's own.
/// </summary>
public abstract class OwnAccessTests(Servers servers, Db db) : Play(servers, db)
{
    internal static AccessTable Table { get; } = new(
    """
    what                                 | with                  | nobody              | owner               | others
    GET ~/.well-known/jwks.json          |                       | 200                 | 200                 | 200
    GET ~/asyncapi/v1.json               |                       | 200                 | 200                 | 200
    GET ~/openapi/v1.json                |                       | 200                 | 200                 | 200
    GET ~/healthz                        |                       | 200                 | 200                 | 200
    GET ~/readyz                         |                       | 200                 | 200                 | 200
    GET ~/metrics                        |                       | 200                 | 200                 | 200
    GET /capabilities                    |                       | 200                 | 200                 | 200
    PATCH ~/admin/api/users/{user_id}    | the owner             | INVALID_TOKEN       | PERMISSION_DENIED   | PERMISSION_DENIED, operator 200
    POST /auth/register                  | a free name           | 201                 | 201                 | 201
    POST /auth/register                  | the owner's name      | USERNAME_TAKEN      | USERNAME_TAKEN      | USERNAME_TAKEN
    POST /auth/login                     | own password          | -                   | 200                 | 200
    POST /auth/login                     | another's password    | INVALID_CREDENTIALS | INVALID_CREDENTIALS | INVALID_CREDENTIALS
    POST /auth/login                     | the owner's device    | -                   | 200                 | PERMISSION_DENIED
    POST /auth/refresh                   | own token             | -                   | 200                 | 200
    POST /auth/refresh                   | nonsense              | INVALID_TOKEN       | INVALID_TOKEN       | INVALID_TOKEN
    POST /auth/logout                    |                       | INVALID_TOKEN       | 204                 | 204
    POST /auth/ticket                    |                       | INVALID_TOKEN       | 200                 | 200
    GET /backup/                         |                       | INVALID_TOKEN       | 200                 | 200
    GET /backup/{name}                   | the owner's           | INVALID_TOKEN       | 200                 | BACKUP_NOT_FOUND
    PUT /backup/{name}                   | the name of the owner's | INVALID_TOKEN       | 200                 | 200
    PUT /backup/{name}                   | only over the owner's | INVALID_TOKEN       | 200                 | VERSION_CONFLICT
    DELETE /backup/{name}                | the owner's           | INVALID_TOKEN       | 204                 | BACKUP_NOT_FOUND
    GET /devices/                        |                       | INVALID_TOKEN       | 200                 | 200
    POST /devices/                       |                       | INVALID_TOKEN       | 201                 | 201
    PATCH /devices/{device_id}           | the owner's           | INVALID_TOKEN       | 200                 | PERMISSION_DENIED
    DELETE /devices/{device_id}          | the owner's           | INVALID_TOKEN       | 204                 | PERMISSION_DENIED
    PUT /devices/{device_id}/keys        | the owner's           | INVALID_TOKEN       | 204                 | PERMISSION_DENIED
    GET /devices/{device_id}/keys/status | the owner's           | INVALID_TOKEN       | 200                 | PERMISSION_DENIED
    GET /sync                            |                       | INVALID_TOKEN       | 200                 | 200
    GET /users/                          |                       | INVALID_TOKEN       | 200                 | 200
    GET /users/me                        |                       | INVALID_TOKEN       | 200                 | 200
    PATCH /users/me                      |                       | INVALID_TOKEN       | 200                 | 200
    DELETE /users/me                     |                       | INVALID_TOKEN       | 204                 | 204
    GET /users/me/blocks                 |                       | INVALID_TOKEN       | 200                 | 200
    GET /users/me/export                 |                       | INVALID_TOKEN       | 200                 | 200
    PUT /users/me/manifest               |                       | INVALID_TOKEN       | 200                 | 200
    GET /users/{user_id}                 | the owner             | INVALID_TOKEN       | 200                 | 200
    GET /users/{user_id}                 | who blocked all       | INVALID_TOKEN       | 200                 | 200
    GET /users/{user_id}/devices         | the owner             | INVALID_TOKEN       | 200                 | 200
    PUT /users/{user_id}/block           | the owner             | INVALID_TOKEN       | VALIDATION_ERROR    | 204
    DELETE /users/{user_id}/block        | the owner             | INVALID_TOKEN       | 204                 | 204
    GET /conversations/                  | own                   | INVALID_TOKEN       | 200                 | 200
    GET /conversations/                  | public                | INVALID_TOKEN       | 200                 | 200
    GET /conversations/                  | the support queue     | INVALID_TOKEN       | PERMISSION_DENIED   | PERMISSION_DENIED, agent 200
    """);

    public static TheoryData<string> Rows => Table.Names;

    [Theory, MemberData(nameof(Rows)), Rule("A7", "A8", "A53", "D5", "D20", "D53", "V9", "O8", "H35", "H39")]
    public async Task Everybody_gets_what_the_table_says(string name)
    {
        var row = Table[name];
        OwnThings? things = null;
        foreach (var (actor, outcome) in row.Expected)
        {
            things ??= await OwnThings.SetAsync(row, who => PersonAsync(who));
            var answer = await things.TryAsync(row, actor, Nobody);
            try
            {
                AccessRow.MustHold(answer, outcome);
            }
            catch (Exception fault)
            {
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{row}: {actor}: {fault.Message}"), fault);
            }

            things = answer.Status < 300 && !row.What.StartsWith("GET ", StringComparison.Ordinal) ? null : things;
        }
    }

    [Fact, Rule("D53")]
    public async Task What_others_store_under_the_same_name_is_their_own()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        await alice.PutAsync("/backup/notes", "alice's"u8.ToArray()).IsAsync(200);
        await bob.PutAsync("/backup/notes", "bob's"u8.ToArray()).IsAsync(200);
        await bob.DeleteAsync("/backup/notes").IsAsync(204);
        Assert.Equal("alice's", (await alice.GetAsync("/backup/notes").IsAsync(200)).Body);
        Assert.Equal(0, (await bob.GetAsync("/backup/").AsAsync<Page<BackupInfo>>()).Count);
    }
}

public sealed class OwnAccessOnSqlite(Servers servers) : OwnAccessTests(servers, Db.Sqlite);

public sealed class OwnAccessOnPostgres(Servers servers) : OwnAccessTests(servers, Db.Postgres);
