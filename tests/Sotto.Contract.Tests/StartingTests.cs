using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests;

/// <summary>Starting and stopping the process, with servers of the tests' own.</summary>
public abstract class StartingTests(Servers servers, Db db) : Play(servers, db)
{
    [Theory, Rule("O7")]
    [InlineData("Accounts:PasswordIterations", "none", "a setting is wrong: ")]
    [InlineData("RateLimits:MessagesPerMinute", "-1", "a setting is wrong, under Sotto:RateLimits: The field MessagesPerMinute must be between")]
    [InlineData("RateLimits:MessagesPerMinutes", "5", "the setting Sotto:RateLimits:MessagesPerMinutes is wrong: there is no such setting.")]
    [InlineData("DataDir", "/data", "the setting Sotto:DataDir is wrong: there is no such setting.")]
    [InlineData("Http:TrustedProxies", "proxy", "the setting Sotto:Http:TrustedProxies is wrong: ")]
    [InlineData("Logging:LogLevel:Default", "loud", "the setting Logging:LogLevel:Default is wrong: ")]
    [InlineData("DataDirectory", "/dev/null/data", "the data folder /dev/null/data can't be made or opened: ")]
    [InlineData("Database", "nonsense", "the setting Sotto:Database is wrong: ")]
    [InlineData("Database", "Host=127.0.0.1;Nonsense=1", "the setting Sotto:Database is wrong: ")]
    [InlineData("Database", "Host=127.0.0.1;Port=1", "the database doesn't answer: ")]
    [InlineData("Database", "Data Source=/nowhere/sotto.db", "the database's folder doesn't exist: ")]
    public async Task What_the_operator_can_mend_stops_the_start_with_one_sentence(string name, string value, string sentence)
    {
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => OwnServerAsync((name, value)));
        Assert.Contains("The server can't start: " + sentence, fault.Message, StringComparison.Ordinal);
        Assert.Contains("It ended with 1.", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", fault.Message, StringComparison.Ordinal);
    }

    [Theory, Rule("O7")]
    [InlineData("nonsense", "the address 'nonsense' is none")]
    [InlineData("https://127.0.0.1:0", "it can't listen on 'https://127.0.0.1:0'")]
    [InlineData("http://192.0.2.1:80", "it can't listen on the address that is set: ")]
    [InlineData("taken", "Failed to bind to address ")]
    public async Task An_address_that_cannot_be_listened_on_stops_the_start_with_one_sentence(string urls, string sentence)
    {
        var address = urls == "taken" ? (await OwnServerAsync()).Address.GetLeftPart(UriPartial.Authority) : urls;
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => OwnServerAsync(("urls", address)));
        Assert.Contains("The server can't start: " + sentence, fault.Message, StringComparison.Ordinal);
        Assert.Contains("It ended with 1.", fault.Message, StringComparison.Ordinal);
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
        Assert.Contains("The server can't start: another server runs on the same database", fault.Message, StringComparison.Ordinal);
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
