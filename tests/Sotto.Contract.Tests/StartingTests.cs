using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests;

/// <summary>Starting and stopping the process, with servers of the tests' own.</summary>
public abstract class StartingTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("O7")]
    public async Task An_impossible_setting_stops_the_start_with_a_sentence()
    {
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => OwnServerAsync(("Accounts:PasswordIterations", "none")));
        Assert.Contains("The server can't start: a setting is wrong: ", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", fault.Message, StringComparison.Ordinal);
    }

    [Fact, Rule("O7")]
    public async Task A_setting_takes_effect()
    {
        var server = await OwnServerAsync(("Accounts:OpenRegistration", "false"));
        await new Rest(server).PostAsync("/auth/register", new Registration("alice", "correct horse")).IsRefusedAsync(Errors.PermissionDenied);
    }

    [Fact, Rule("O6", "W62")]
    public async Task A_stopping_server_closes_its_sockets_with_1012_and_ends_well()
    {
        var server = await OwnServerAsync();
        var alice = await PersonAsync("alice", server);
        var socket = await alice.ConnectsAsync();
        var ended = server.StopAsync();
        await socket.IsClosedAsync(CloseCodes.Restart);
        Assert.Equal(0, await ended);
    }

    [Fact]
    public async Task What_is_stored_is_there_after_a_restart_on_the_same_folder()
    {
        var server = await OwnServerAsync();
        var alice = await PersonAsync("alice", server);
        await server.StopAsync();
        await server.StartAsync();
        var user = await alice.GetAsync("/users/me").AsAsync<User>();
        Assert.Equal(alice.Username, user.Username);
    }

    [Fact, Rule("O9")]
    public async Task A_server_that_runs_alone_listens_on_its_HTTP_address_only()
    {
        var server = await OwnServerAsync();
        Assert.Equal([server.Address.Port], Listening.PortsOf(server.ProcessId));
    }

    [Fact]
    public async Task A_killed_server_starts_again()
    {
        var server = await OwnServerAsync();
        var alice = await PersonAsync("alice", server);
        await server.KillAsync();
        await server.StartAsync();
        await alice.Phone.ConnectsAsync();
    }
}

public sealed class StartingOnSqlite(Servers servers) : StartingTests(servers, Db.Sqlite)
{
    [Fact, Rule("S11")]
    public async Task A_second_server_on_the_same_database_does_not_start()
    {
        var server = await OwnServerAsync();
        var alice = await PersonAsync("alice", server);
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => OwnServerAsync(("DataDirectory", server.DataDirectory)));
        Assert.Contains("The server can't start: another server may be running on the same database", fault.Message, StringComparison.Ordinal);
        await alice.GetAsync("/users/me").IsAsync(200);
    }
}

public sealed class StartingOnPostgres(Servers servers) : StartingTests(servers, Db.Postgres)
{
    [Fact, Rule("S8")]
    public async Task Nodes_that_start_together_on_a_new_database_serve_one_product()
    {
        var database = await Servers.NewDatabaseAsync();
        var nodes = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => OwnServerAsync(("Database", database))));
        var (alice, bob) = (await PersonAsync("alice", nodes[0]), await PersonAsync("bob", nodes[1]));
        var direct = await alice.CreatesDirectAsync(bob);
        await alice.SendsAsync("hello", direct);
        Assert.Equal("hello", (await bob.ReadsAsync(direct))[0].Ciphertext);
        await new Rest(nodes[1]) { AccessToken = alice.Phone.AccessToken }.GetAsync("/users/me").IsAsync(200);
    }
}
