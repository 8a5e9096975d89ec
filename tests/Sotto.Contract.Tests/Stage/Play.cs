using System.Security.Cryptography;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Stage;

/// <summary>
/// A class of plays: people with devices on a real server, over one of the databases. Each concrete play stands on both by two subclasses:
/// <c>public sealed class XOnSqlite(Servers servers) : X(servers, Db.Sqlite);</c> and the same for PostgreSQL.
/// </summary>
public abstract class Play(Servers servers, Db db) : IAsyncLifetime
{
    private readonly Lock _ownedLock = new();
    private readonly List<IAsyncDisposable> _owned = [];
    private TestServer? _server;

    protected Db Db => db;

    protected Servers Servers => servers;

    /// <summary>The shared server of this database.</summary>
    protected TestServer Server => _server ?? throw new InvalidOperationException("The play has not begun.");

    /// <summary>Speaks to the shared server without a token.</summary>
    protected Rest Nobody => new(Server);

    public virtual async ValueTask InitializeAsync() => _server = await servers.SharedAsync(db);

    public async ValueTask DisposeAsync()
    {
        List<IAsyncDisposable> owned;
        lock (_ownedLock)
        {
            owned = [.. Enumerable.Reverse(_owned)];
        }

        foreach (var one in owned)
        {
            await one.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Disposes it when the test ends.</summary>
    internal T Owns<T>(T one)
        where T : IAsyncDisposable
    {
        lock (_ownedLock)
        {
            _owned.Add(one);
        }

        return one;
    }

    /// <summary>A server of this test's own, with settings such as <c>("RateLimits:MessagesPerMinute", "60")</c>.</summary>
    protected async Task<TestServer> OwnServerAsync(params IEnumerable<(string Name, string Value)> settings) => Owns(await servers.StartAsync(db, settings));

    /// <summary>Registers somebody; the user name gets a random end, so that tests never meet.</summary>
    protected async Task<Person> PersonAsync(string name, TestServer? on = null)
    {
        var server = on ?? Server;
        var password = "correct horse " + TestDevice.RandomKey(6);
        var username = $"{name}-{RandomNumberGenerator.GetHexString(10, lowercase: true)}";
        var session = await new Rest(server)
            .PostAsync("/auth/register", new Registration(username, password, name, new DeviceDescription("phone", "test"))).AsAsync<SignedIn>(201);
        return new Person(this, server, password, session);
    }

    protected async Task<IReadOnlyList<Person>> PeopleAsync(TestServer? on, params string[] names)
    {
        var people = new List<Person>();
        foreach (var name in names)
        {
            people.Add(await PersonAsync(name, on));
        }

        return people;
    }

    protected async Task<(Person First, Person Second)> PeopleAsync(string first, string second, TestServer? on = null) =>
        (await PersonAsync(first, on), await PersonAsync(second, on));

    protected async Task<(Person First, Person Second, Person Third)> PeopleAsync(string first, string second, string third, TestServer? on = null) =>
        (await PersonAsync(first, on), await PersonAsync(second, on), await PersonAsync(third, on));

    protected async Task<(Person First, Person Second, Person Third, Person Fourth)> PeopleAsync(string first, string second, string third, string fourth, TestServer? on = null) =>
        (await PersonAsync(first, on), await PersonAsync(second, on), await PersonAsync(third, on), await PersonAsync(fourth, on));

    /// <summary>
    /// A marker for <see cref="Socket.ReceivesNothingUntilAsync"/>: a fresh person writes to <paramref name="reader"/> directly. Whatever was
    /// committed before this and concerns the reader has reached the socket before it.
    /// </summary>
    protected async Task<Func<Frame, bool>> SettledAsync(Person reader)
    {
        var marker = await PersonAsync("marker", reader.Phone.Server);
        var direct = await marker.CreatesDirectAsync(reader);
        var sent = await marker.SendsAsync("settled", direct);
        return frame => frame.Type == "message_received" && frame.Data.Id("message.id") == sent.Id;
    }
}
