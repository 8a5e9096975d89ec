using System.Text;
using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Accounts;

/// <summary>What the server holds of somebody, and its end.</summary>
public abstract class ErasureTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("A60")]
    public async Task The_export_holds_account_devices_blocks_and_backups()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        await alice.BlocksAsync(bob);
        await alice.PutAsync("/backup/vault", new byte[] { 1, 2, 3 }).IsAsync(200);

        var export = await alice.GetAsync("/users/me/export").AsAsync<UserExport>();
        Assert.Equal(alice.Username, export.User.Username);
        Assert.Equal(alice.Phone.Id, Assert.Single(export.Devices).Id);
        Assert.Equal(bob.Id, Assert.Single(export.Blocks).Id);
        Assert.Equal(("vault", 3L), (Assert.Single(export.Backups).Name, export.Backups[0].Size));
    }

    [Fact, Rule("A60")]
    public async Task The_export_holds_messages_and_reactions_sealed_as_they_are()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var group = await alice.CreatesGroupAsync(bob, await PersonAsync("carol"));
        var (mine, others) = (await alice.SendsAsync("my words", group), await bob.SendsAsync("not mine", group));
        await alice.PutAsync($"/messages/{others.Id}/reactions", new { ciphertext = "my like", recipient_keys = Array.Empty<object>() }).IsAsync(200);
        await alice.LeavesAsync(group);

        var export = await alice.GetAsync("/users/me/export").AsAsync<UserExport>();
        Assert.Equal((mine.Id, group.Id, mine.Seq, "my words"), export.Messages.Select(one => (one.Id, one.ConversationId, one.Seq, one.Ciphertext)).Single());
        Assert.Equal((others.Id, "my like"), export.Reactions!.Select(one => (one.MessageId, one.Ciphertext)).Single());
    }

    [Fact, Rule("A61", "A63")]
    public async Task An_erased_user_is_gone()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        await alice.Phone.PublishesKeysAsync();
        await bob.BlocksAsync(alice);
        var laptop = await alice.NewDeviceAsync();
        var sockets = new[] { await alice.ConnectsAsync(), await laptop.ConnectsAsync() };

        await alice.DeleteAsync("/users/me").IsAsync(204);

        foreach (var socket in sockets)
        {
            await socket.IsClosedAsync(CloseCodes.AuthenticationFailed);
        }

        await alice.GetAsync("/users/me").IsRefusedAsync(Errors.DeviceRevoked);
        await laptop.GetAsync("/users/me").IsRefusedAsync(Errors.DeviceRevoked);
        await bob.GetAsync($"/users/{alice.Id}").IsRefusedAsync(Errors.UserNotFound);
        await bob.GetAsync($"/users/{alice.Id}/devices").IsRefusedAsync(Errors.UserNotFound);
        Assert.Equal(0, (await bob.GetAsync("/users/me/blocks").AsAsync<Page<PublicUser>>()).Count);
        Assert.Equal(0, (await bob.GetAsync($"/users/?query={alice.Username}").AsAsync<Page<PublicUser>>()).Count);
        await Nobody.PostAsync("/auth/login", new Credentials(alice.Username, alice.Password)).IsRefusedAsync(Errors.InvalidCredentials);
        await Nobody.PostAsync("/auth/register", new Registration(alice.Username, alice.Password)).IsAsync(201);
    }

    [Fact, Rule("A62")]
    public async Task An_erased_users_messages_become_tombstones_and_its_memberships_end()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var group = await alice.CreatesGroupAsync(bob, carol);
        var left = await carol.CreatesGroupAsync(alice, bob);
        var inGroup = await alice.SendsAsync("mine", group);
        var kept = await bob.SendsAsync("not mine", group);
        await alice.PutAsync($"/messages/{kept.Id}/reactions", new { Ciphertext = "mine too" }).IsAsync(200);
        var before = await alice.SendsAsync("before I left", left);
        await alice.LeavesAsync(left);
        await bob.ConnectsAsync();

        await alice.DeleteAsync("/users/me").IsAsync(204);

        await bob.Phone.ReceivesAsync("message_deleted", new { MessageId = inGroup.Id, ConversationId = group.Id });
        await bob.Phone.ReceivesAsync("member_removed", new { ConversationId = group.Id, UserId = alice.Id });
        foreach (var id in new[] { inGroup.Id, before.Id })
        {
            var tombstone = await bob.GetAsync($"/messages/{id}").AsAsync<Message>();
            Assert.Equal((true, "", 0), (tombstone.IsDeleted, tombstone.Ciphertext, tombstone.EncryptedKeys.Count));
        }

        var other = await bob.GetAsync($"/messages/{kept.Id}").AsAsync<Message>();
        Assert.Equal(("not mine", 0), (other.Ciphertext, other.Reactions.Count));
        Assert.DoesNotContain((await bob.GetAsync($"/conversations/{group.Id}/members").AsAsync<Page<ConversationMember>>()).Data, m => m.UserId == alice.Id);
        Assert.Contains((await bob.GetAsync($"/conversations/{group.Id}/members").AsAsync<Page<ConversationMember>>()).Data, m => m.Role == MemberRole.Admin);
    }
}

public sealed class ErasureOnSqlite(Servers servers) : ErasureTests(servers, Db.Sqlite)
{
    [Fact, Rule("A61")]
    public async Task Nothing_of_an_erased_user_is_left_in_the_data()
    {
        var server = await OwnServerAsync();
        var alice = await PersonAsync("alice", server);
        await alice.PutAsync("/backup/vault", Encoding.ASCII.GetBytes("a-sealed-canary")).IsAsync(200);
        await alice.DeleteAsync("/users/me").IsAsync(204);
        await server.StopAsync();

        await using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(server.DataDirectory, "sotto.db")};Pooling=false");
        await connection.OpenAsync();
        foreach (var table in new[] { "users", "devices", "blocks", "backups", "tickets", "idempotency", "manifests", "one_time_prekeys", "members" })
        {
            await using var command = connection.CreateCommand();
            command.CommandText = $"select count(*) from {table}";
            Assert.Equal(0L, await command.ExecuteScalarAsync());
        }
    }

    [Fact, Rule("A64")]
    public async Task An_erasure_that_was_interrupted_is_finished_later()
    {
        var server = await OwnServerAsync();
        var alice = await PersonAsync("alice", server);
        await server.StopAsync();
        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(server.DataDirectory, "sotto.db")};Pooling=false"))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "update users set erasing_at = 1; update jobs set due_at = 0";
            await command.ExecuteNonQueryAsync();
        }

        await server.StartAsync();
        await alice.GetAsync("/users/me").IsRefusedAsync(Errors.DeviceRevoked);
        await server.PrintsAsync($"User {alice.Id} is erased.");
        await new Rest(server).PostAsync("/auth/register", new Registration(alice.Username, alice.Password)).IsAsync(201);
    }
}

public sealed class ErasureOnPostgres(Servers servers) : ErasureTests(servers, Db.Postgres);
