using System.Net.WebSockets;
using Sotto.Contract.Tests.Documents;
using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Sockets;

/// <summary>How many sockets there may be, from where, and for how long.</summary>
public abstract class OpeningTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("W7")]
    public async Task Every_socket_of_a_device_gets_every_event()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        for (var round = 0; round < 8; round++)
        {
            // The first ones are live, and what is written to them counts for the device, while the last one still catches up.
            var sockets = new[] { await bob.ConnectsAsync(), await bob.ConnectsAsync(), await bob.ConnectsAsync() };
            foreach (var text in new[] { "one", "two" })
            {
                var sent = await alice.SendsAsync(text, direct);
                foreach (var socket in sockets)
                {
                    await socket.ReceivesAsync("message_received", new { Message = new { sent.Id, Ciphertext = text } });
                }
            }

            foreach (var socket in sockets)
            {
                await socket.CloseAsync();
            }
        }
    }

    [Fact, Rule("W8", "L12")]
    public async Task A_sixth_socket_of_a_user_is_closed_with_4003_and_the_others_stay()
    {
        var alice = await PersonAsync("alice");
        var laptop = await alice.NewDeviceAsync();
        var sockets = new List<Socket>();
        for (var i = 0; i < 5; i++)
        {
            sockets.Add(await (i % 2 == 0 ? alice.Phone : laptop).ConnectsAsync());
        }

        await (await alice.Phone.OpensAsync($"{alice.Phone.SocketPath}?token={alice.Phone.AccessToken}")).IsClosedAsync(CloseCodes.RateLimited);
        foreach (var socket in sockets)
        {
            await socket.AsksAsync(new { type = "ping" }).IsAsync("pong");
        }

        await sockets[0].CloseAsync();
        await alice.ConnectsAsync();
    }

    [Fact, Rule("W9")]
    public async Task A_page_of_another_origin_opens_no_socket()
    {
        var alice = await PersonAsync("alice");
        var path = $"{alice.Phone.SocketPath}?token={alice.Phone.AccessToken}";
        foreach (var origin in new[] { "https://evil.example", "null", "http://127.0.0.1.evil.example", Server.Address.GetLeftPart(UriPartial.Authority) + "0" })
        {
            var refused = await Assert.ThrowsAsync<WebSocketException>(() => Socket.OpenAsync(Server, path, reads: true, ("Origin", origin)));
            Assert.Contains("403", refused.Message, StringComparison.Ordinal);
        }

        await (await alice.Phone.OpensAsync(path, reads: true, ("Origin", Server.Address.GetLeftPart(UriPartial.Authority)))).ReceivesAsync("auth_ok");
    }

    [Fact, Rule("W6", "W2")]
    public async Task A_token_that_ends_is_announced_and_closes_unless_a_fresh_one_comes()
    {
        var server = await OwnServerAsync(("Auth:AccessTokenLife", "00:00:08"));
        var (alice, bob) = await PeopleAsync("alice", "bob", server);
        var extended = await alice.ConnectsAsync();
        var ends = await bob.ConnectsAsync();

        var warning = (await extended.ReceivesAsync("token_expiring")).Data;
        Assert.InRange(warning.Number("expires_in"), 0, 60);
        await alice.Phone.RefreshesAsync();
        var hello = await extended.AsksAsync(new { type = "auth", token = alice.Phone.AccessToken }).IsAsync("auth_ok");
        Assert.Equal(alice.Phone.Id, hello.Data.Id("device_id"));
        await extended.AsksAsync(new { type = "auth", token = bob.Phone.AccessToken }).IsRefusedAsync(Errors.PermissionDenied);
        await extended.AsksAsync(new { type = "auth", token = "nonsense" }).IsRefusedAsync(Errors.InvalidToken);

        // The fresh token is announced like the first.
        await extended.ReceivesAsync("token_expiring");
        await ends.IsClosedAsync(CloseCodes.AuthenticationFailed);
        await extended.IsClosedAsync(CloseCodes.AuthenticationFailed);
        Assert.Equal((2, 1), (extended.All.Count(f => f.Type == "token_expiring"), ends.All.Count(f => f.Type == "token_expiring")));
    }

    [Fact, Rule("W65")]
    public void Every_close_code_stands_in_the_published_table()
    {
        var table = ServerDocuments.Current.AsyncApi.GetProperty("x-close-codes").EnumerateArray().ToDictionary(row => (int)row.Number("code"));
        Assert.Empty(new[] { 1009, 1012, 4001, 4002, 4003, 4004, 4005, 4008 }.Except(table.Keys));
        Assert.Equal(CloseCodes.All.Select(code => code.Code).Order(), table.Keys.Order());
        Assert.Equal(new[] { 1011, 1012, 4003, 4008 }, table.Values.Where(row => row.GetProperty("may_return").GetBoolean()).Select(row => (int)row.Number("code")).Order());
        Assert.All(table.Values, row => Assert.False(string.IsNullOrEmpty(row.Text("meaning"))));
    }
}

public sealed class OpeningOnSqlite(Servers servers) : OpeningTests(servers, Db.Sqlite);

public sealed class OpeningOnPostgres(Servers servers) : OpeningTests(servers, Db.Postgres);
