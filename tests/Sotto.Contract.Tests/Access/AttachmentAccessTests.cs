using System.Globalization;
using Sotto.Contract.Tests.Attachments;
using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Access;

/// <summary>
/// Every route that concerns a file, tried by everybody in each of its states. The owner uploads and sends to a group with the member in it; the
/// former member was removed after the message came; others are a stranger, an agent and an administrator of the server.
/// </summary>
public abstract class AttachmentAccessTests(Servers servers, Db db) : Play(servers, db)
{
    internal static AccessTable Table { get; } = new(
    """
    what                              | with    | nobody        | outsiders             | member               | owner
    POST /attachments/                | open    | INVALID_TOKEN | 201                   | 201                  | 201
    OPTIONS /attachments/             | open    | 204           | 204                   | 204                  | 204
    PATCH /attachments/{storage_id}   | open    | INVALID_TOKEN | PERMISSION_DENIED     | PERMISSION_DENIED    | 204
    HEAD /attachments/{storage_id}    | open    | INVALID_TOKEN | PERMISSION_DENIED     | PERMISSION_DENIED    | 204
    GET /attachments/{storage_id}     | open    | INVALID_TOKEN | PERMISSION_DENIED     | PERMISSION_DENIED    | PERMISSION_DENIED
    DELETE /attachments/{storage_id}  | open    | INVALID_TOKEN | PERMISSION_DENIED     | PERMISSION_DENIED    | 204
    PATCH /attachments/{storage_id}   | whole   | INVALID_TOKEN | PERMISSION_DENIED     | PERMISSION_DENIED    | OFFSET_MISMATCH
    HEAD /attachments/{storage_id}    | whole   | INVALID_TOKEN | PERMISSION_DENIED     | PERMISSION_DENIED    | 204
    GET /attachments/{storage_id}     | whole   | INVALID_TOKEN | PERMISSION_DENIED     | PERMISSION_DENIED    | PERMISSION_DENIED
    DELETE /attachments/{storage_id}  | whole   | INVALID_TOKEN | PERMISSION_DENIED     | PERMISSION_DENIED    | 204
    PATCH /attachments/{storage_id}   | sent    | INVALID_TOKEN | PERMISSION_DENIED     | PERMISSION_DENIED    | OFFSET_MISMATCH
    HEAD /attachments/{storage_id}    | sent    | INVALID_TOKEN | PERMISSION_DENIED     | PERMISSION_DENIED    | 204
    GET /attachments/{storage_id}     | sent    | INVALID_TOKEN | NOT_A_MEMBER          | 200                  | 200
    DELETE /attachments/{storage_id}  | sent    | INVALID_TOKEN | PERMISSION_DENIED     | PERMISSION_DENIED    | ATTACHMENT_IN_USE
    GET /attachments/{storage_id}     | older   | INVALID_TOKEN | NOT_A_MEMBER          | PERMISSION_DENIED    | 200
    PATCH /attachments/{storage_id}   | deleted | INVALID_TOKEN | ATTACHMENT_NOT_FOUND  | ATTACHMENT_NOT_FOUND | ATTACHMENT_NOT_FOUND
    HEAD /attachments/{storage_id}    | deleted | INVALID_TOKEN | ATTACHMENT_NOT_FOUND  | ATTACHMENT_NOT_FOUND | ATTACHMENT_NOT_FOUND
    GET /attachments/{storage_id}     | deleted | INVALID_TOKEN | ATTACHMENT_NOT_FOUND  | ATTACHMENT_NOT_FOUND | ATTACHMENT_NOT_FOUND
    DELETE /attachments/{storage_id}  | deleted | INVALID_TOKEN | ATTACHMENT_NOT_FOUND  | ATTACHMENT_NOT_FOUND | ATTACHMENT_NOT_FOUND
    """);

    public static TheoryData<string> Rows => Table.Names;

    [Theory, MemberData(nameof(Rows)), Rule("F9", "F10", "F40", "H35", "H39")]
    public async Task Everybody_gets_what_the_table_says(string name)
    {
        var row = Table[name];
        var (owner, member, former, newcomer) = await PeopleAsync("owner", "member", "former", "newcomer");
        var group = await owner.CreatesGroupAsync(row.With == "older" ? [newcomer, former] : [member, former]);
        foreach (var (actor, outcome) in row.Expected)
        {
            var upload = await owner.Phone.BeginsUploadAsync(2);
            await owner.Phone.UploadsAsync(upload, 0, row.With == "open" ? new byte[1] : new byte[2]).IsAsync(204);
            if (row.With is "sent" or "older" or "deleted")
            {
                var message = await owner.Phone.SendsFilesAsync(group, upload);
                if (row.With == "deleted")
                {
                    await owner.DeleteAsync($"/messages/{message.Id}").IsAsync(204);
                }
            }

            if (row.With == "older" && actor == Actor.Member)
            {
                await owner.AddsAsync(member, group);
            }

            if (actor == Actor.Former)
            {
                await owner.RemovesAsync(former, group);
            }

            var rest = actor == Actor.Nobody ? Nobody : (await WhoAsync(actor, owner, member, former)).Phone;
            var (method, path) = (new HttpMethod(row.What.Split(' ')[0]), row.What.Split(' ')[1].Replace("{storage_id}", upload.StorageId, StringComparison.Ordinal));
            object? body = method == HttpMethod.Post ? new NewAttachment(1) : method == HttpMethod.Patch ? new byte[1] : null;
            var answer = await rest.SendAsync(method, path, body, method == HttpMethod.Patch ? [("Upload-Offset", "1")] : []);
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

    [Fact, Rule("F9")]
    public async Task An_upload_goes_on_from_another_device_of_the_same_person()
    {
        var alice = await PersonAsync("alice");
        var laptop = await alice.NewDeviceAsync();
        var upload = await alice.Phone.BeginsUploadAsync(2);
        await alice.Phone.UploadsAsync(upload, 0, new byte[1]).IsAsync(204);
        Assert.Equal(1, await laptop.OffsetAsync(upload));
        await laptop.UploadsAsync(upload, 1, new byte[1]).IsAsync(204);
    }

    private async Task<Person> WhoAsync(Actor actor, Person owner, Person member, Person former)
    {
        if (actor is Actor.Owner or Actor.Member or Actor.Former)
        {
            return actor switch
            {
                Actor.Owner => owner,
                Actor.Member => member,
                _ => former,
            };
        }

        var person = await PersonAsync("other");
        if (actor is Actor.Agent or Actor.Operator)
        {
            await Administrator.MakesAsync(person, actor == Actor.Agent ? ServerRole.Agent : ServerRole.Admin);
        }

        return person;
    }
}

public sealed class AttachmentAccessOnSqlite(Servers servers) : AttachmentAccessTests(servers, Db.Sqlite);

public sealed class AttachmentAccessOnPostgres(Servers servers) : AttachmentAccessTests(servers, Db.Postgres);
