using System.Text.Json;
using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Access;

/// <summary>The tables hold every door that the running server says it has, and what is common to all of them is tried on each.</summary>
public abstract class EveryDoorTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("O4", "H39")]
    public async Task Every_route_stands_in_a_table()
    {
        var served = (await RoutesAsync()).Select(route => route.Name).ToHashSet(StringComparer.Ordinal);
        var tried = ConversationAccessTests.Table.Rows.Concat(OwnAccessTests.Table.Rows).Concat(CallAccessTests.Table.Rows).Concat(AttachmentAccessTests.Table.Rows).Select(row => row.What).ToHashSet(StringComparer.Ordinal);
        Assert.True(served.SetEquals(tried), $"Not in a table: {string.Join(", ", served.Except(tried))}. Not served: {string.Join(", ", tried.Except(served))}.");
    }

    [Fact, Rule("O4")]
    public async Task Every_command_stands_in_the_table()
    {
        var document = await Nobody.GetAsync("~/asyncapi/v1.json").JsonAsync();
        var served = document.GetProperty("components").GetProperty("messages").EnumerateObject()
            .Where(message => message.Name.EndsWith("Command", StringComparison.Ordinal))
            .Select(message => message.Value.GetProperty("name").GetString()!).ToHashSet(StringComparer.Ordinal);
        var tried = CommandAccessTests.Table.Rows.Select(row => row.What).Concat(CommandAccessTests.SpokenForOneself).Concat(CallAccessTests.Commands).ToHashSet(StringComparer.Ordinal);
        Assert.NotEmpty(served);
        Assert.True(served.SetEquals(tried), $"Not in the table: {string.Join(", ", served.Except(tried))}. Not served: {string.Join(", ", tried.Except(served))}.");
    }

    [Fact, Rule("H39", "A21", "D4")]
    public async Task No_route_that_asks_for_a_token_takes_a_bad_or_a_revoked_one()
    {
        var alice = await PersonAsync("alice");
        var lost = await alice.NewDeviceAsync();
        await alice.DeleteAsync($"/devices/{lost.Id}").IsAsync(204);
        var forger = new Rest(Server) { AccessToken = alice.Phone.AccessToken![..^6] + "AAAAAA" };
        foreach (var route in (await RoutesAsync()).Where(route => route.Access != "anyone"))
        {
            var (method, path) = (new HttpMethod(route.Name.Split(' ')[0]), Filled(route.Name.Split(' ')[1]));
            (await Nobody.SendAsync(method, path, null)).MustBeRefused(Errors.InvalidToken);
            (await forger.SendAsync(method, path, null)).MustBeRefused(Errors.InvalidToken);
            (await lost.SendAsync(method, path, null)).MustBeRefused(Errors.DeviceRevoked);
        }
    }

    [Fact, Rule("H35", "H34", "V23", "M33")]
    public async Task What_does_not_exist_is_not_found_and_what_is_no_id_is_not_valid()
    {
        foreach (var row in ConversationAccessTests.Table.Rows.DistinctBy(row => row.What).Where(row => row.What is not ("POST /conversations/" or "POST /conversations/join")))
        {
            var scene = await Scene.SetAsync(row, who => PersonAsync(who));
            var admin = await scene[Actor.Admin];
            var (path, body) = await ConversationRequests.OfAsync(row, scene, Actor.Admin, admin);
            var isMessage = row.What.Contains("/messages/{id}", StringComparison.Ordinal);
            var id = (isMessage ? scene.MessageFor(row, Actor.Admin) : scene.Conversation.Id).ToString();
            var (method, json) = (new HttpMethod(row.What.Split(' ')[0]), body is null ? null : Json.Write(body));

            var unknown = Guid.CreateVersion7().ToString();
            (await admin.Phone.SendAsync(method, path.Replace(id, unknown, StringComparison.Ordinal), json?.Replace(id, unknown, StringComparison.Ordinal)))
                .MustBeRefused(isMessage ? Errors.MessageNotFound : Errors.ConversationNotFound);
            (await admin.Phone.SendAsync(method, path.Replace(id, "7", StringComparison.Ordinal), json?.Replace(id, "7", StringComparison.Ordinal)))
                .MustBeRefused(Errors.ValidationError);
        }
    }

    [Fact, Rule("H35", "H34", "D5", "A45")]
    public async Task Users_and_devices_that_do_not_exist_are_not_found()
    {
        foreach (var row in OwnAccessTests.Table.Rows.DistinctBy(row => row.What).Where(row => row.What.Contains("_id}", StringComparison.Ordinal)))
        {
            var things = await OwnThings.SetAsync(row, who => PersonAsync(who));
            var rest = row.What.Contains("/admin/", StringComparison.Ordinal) ? await Administrator.OfAsync(Server) : (await PersonAsync("somebody")).Phone;
            var (method, path, body, _) = things.Request(row, things.Owner);
            var id = (row.What.Contains("{device_id}", StringComparison.Ordinal) ? things.Laptop.Id : things.Owner.Id).ToString();
            var unknown = await rest.SendAsync(method, path.Replace(id, Guid.CreateVersion7().ToString(), StringComparison.Ordinal), body);
            if (row.What == "DELETE /users/{user_id}/block")
            {
                // Whom nobody has blocked is not blocked, whether they exist or not.
                unknown.MustBe(204);
            }
            else
            {
                unknown.MustBeRefused(row.What.Contains("{device_id}", StringComparison.Ordinal) ? Errors.DeviceNotFound : Errors.UserNotFound);
            }

            (await rest.SendAsync(method, path.Replace(id, "7", StringComparison.Ordinal), body)).MustBeRefused(Errors.ValidationError);
        }
    }

    private async Task<IReadOnlyList<(string Name, string Access)>> RoutesAsync()
    {
        var document = await Nobody.GetAsync("~/openapi/v1.json").JsonAsync();
        return
        [
            .. from path in document.GetProperty("paths").EnumerateObject()
               from operation in path.Value.EnumerateObject()
               where operation.Value.ValueKind == JsonValueKind.Object && operation.Value.TryGetProperty("responses", out _)
               select ($"{operation.Name.ToUpperInvariant()} {Short(path.Name)}", operation.Value.GetProperty("x-access").GetString()!),
        ];
    }

    /// <summary>As the tables name it: without prefix, and with plain ids of conversations and messages.</summary>
    private static string Short(string path) => (path.StartsWith("/api/v1", StringComparison.Ordinal) ? path["/api/v1".Length..] : "~" + path)
        .Replace("{conversation_id}", "{id}", StringComparison.Ordinal).Replace("{message_id}", "{id}", StringComparison.Ordinal);

    private static string Filled(string path) => path.Contains("id}", StringComparison.Ordinal)
        ? string.Join('/', path.Split('/').Select(part => part.EndsWith("id}", StringComparison.Ordinal) ? Guid.CreateVersion7().ToString() : part))
        : path.Replace("{name}", "notes", StringComparison.Ordinal);
}

public sealed class EveryDoorOnSqlite(Servers servers) : EveryDoorTests(servers, Db.Sqlite);

public sealed class EveryDoorOnPostgres(Servers servers) : EveryDoorTests(servers, Db.Postgres);
