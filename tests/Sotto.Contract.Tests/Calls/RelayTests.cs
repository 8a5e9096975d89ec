using System.Security.Cryptography;
using System.Text;
using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Calls;

/// <summary>The relay as the project configures it: for calls that live, and for nothing else.</summary>
public sealed class RelayTests(Servers servers) : Play(servers, Db.Sqlite)
{
    [Fact, Rule("C82")]
    public async Task Nobody_reaches_the_network_around_the_relay()
    {
        var relay = Owns(await Coturn.StartAsync());
        using var client = Client(relay, DateTimeOffset.UtcNow.AddMinutes(10));
        Assert.Equal(0, await client.AllocateAsync());
        Assert.Equal(0, await client.ReachesAsync("8.8.8.8"));
        Assert.Equal(0, await client.ReachesAsync(relay.Address.Address.ToString()));
        foreach (var peer in new[]
        {
            "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "100.64.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.168.1.1", "198.18.0.1", "224.0.0.1",
            "255.255.255.255", "::1", "::", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "fe80::1", "fd00::1", "ff02::1", "64:ff9b::7f00:1", "2001:db8::1",
        })
        {
            Assert.Contains(await client.ReachesAsync(peer), new[] { 403, 443, 403443, 443403 });
        }
    }

    [Fact, Rule("C80", "C83")]
    public async Task Only_a_credential_that_has_not_ended_makes_an_allocation_and_not_too_many()
    {
        var relay = Owns(await Coturn.StartAsync());
        using (var late = Client(relay, DateTimeOffset.UtcNow.AddSeconds(-5)))
        {
            Assert.Equal(401, await late.AllocateAsync());
        }

        using (var forger = new TurnClient(relay.Address, $"{DateTimeOffset.UtcNow.AddMinutes(10).ToUnixTimeSeconds()}:{new string('a', 32)}", "nonsense"))
        {
            Assert.Equal(401, await forger.AllocateAsync());
        }

        var clients = Enumerable.Range(0, 25).Select(_ => Client(relay, DateTimeOffset.UtcNow.AddMinutes(10))).ToList();
        var answers = new List<int>();
        foreach (var client in clients)
        {
            answers.Add(await client.AllocateAsync());
        }

        clients.ForEach(client => client.Dispose());
        Assert.Equal([.. Enumerable.Repeat(0, 24), 486], answers);
    }

    [Fact, Rule("C84")]
    public async Task Allocations_end_with_their_call_and_others_stay()
    {
        var relay = Owns(await Coturn.StartAsync());
        var server = await OwnServerAsync(relay.Settings.Select(setting => (setting.Key, setting.Value)));
        var (alice, bob) = await PeopleAsync("alice", "bob", server);
        var (carol, dave) = await PeopleAsync("carol", "dave", server);
        var (over, living) = (await alice.CallsAsync(bob), await carol.CallsAsync(dave));
        using var first = Client(relay, over.IceServers[^1]);
        using var second = Client(relay, living.IceServers[^1]);
        Assert.Equal((0, 0), (await first.AllocateAsync(), await second.AllocateAsync()));
        Assert.Equal(0, await first.RefreshAsync());
        await alice.EndsCallAsync(over.CallId);
        await Patience.UntilAsync(async () => await first.RefreshAsync() != 0, "the relay must let go of an ended call's allocation");
        Assert.Equal(0, await second.RefreshAsync());
    }

    private static TurnClient Client(Coturn relay, IceServer server)
    {
        Assert.StartsWith($"turn:{relay.Address}", server.Urls[0], StringComparison.Ordinal);
        return new TurnClient(relay.Address, server.Username!, server.Credential!);
    }

    private static TurnClient Client(Coturn relay, DateTimeOffset end)
    {
        var name = $"{end.ToUnixTimeSeconds()}:{new string('a', 32)}";
#pragma warning disable CA5350
        return new TurnClient(relay.Address, name, Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(relay.Secret), Encoding.UTF8.GetBytes(name))));
#pragma warning restore CA5350
    }
}
