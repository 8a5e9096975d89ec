using Sotto.Contract.Tests.Stage;

[assembly: AssemblyFixture(typeof(Servers))]

namespace Sotto.Contract.Tests.Stage;

/// <summary>Which database the server of a test runs on.</summary>
public enum Db
{
    Sqlite,
    Postgres,
}

/// <summary>One shared server for each database, started when the first test asks for it, and extra ones for tests with their own settings.</summary>
public sealed class Servers : IAsyncDisposable
{
    private readonly Lazy<Task<Postgres>> _postgres = new(Postgres.StartAsync);
    private readonly Dictionary<Db, Lazy<Task<TestServer>>> _shared;

    public Servers() => _shared = new()
    {
        [Db.Sqlite] = new(() => StartAsync(Db.Sqlite)),
        [Db.Postgres] = new(() => StartAsync(Db.Postgres)),
    };

    /// <summary>What makes tests quick, and keeps the limits that they don't ask about out of their way.</summary>
    private static IEnumerable<(string Name, string Value)> Defaults { get; } =
    [
        ("Accounts:PasswordIterations", "1000"),
        ("RateLimits:MessagesPerMinute", "100000"),
        ("RateLimits:RegistrationsPerHour", "0"),
        ("RateLimits:CallsPerHour", "100000"),
        ("RateLimits:LoginFailures", "0"),
        ("RateLimits:UserSearchesPerMinute", "0"),
    ];

    public Task<TestServer> SharedAsync(Db db) => _shared[db].Value;

    /// <summary>A server of the test's own; the test disposes it. A setting with an empty value goes back to the server's default.</summary>
    public async Task<TestServer> StartAsync(Db db, params IEnumerable<(string Name, string Value)> settings)
    {
        var all = Defaults.ToDictionary(s => s.Name, s => s.Value);
        foreach (var (name, value) in settings)
        {
            if (value.Length == 0)
            {
                all.Remove(name);
            }
            else
            {
                all[name] = value;
            }
        }

        if (db == Db.Postgres)
        {
            all.TryAdd("Database", await (await _postgres.Value).NewDatabaseAsync());
        }

        return await TestServer.StartAsync(all);
    }

    /// <summary>A fresh PostgreSQL database, for tests that start their own servers on one.</summary>
    public async Task<string> NewDatabaseAsync() => await (await _postgres.Value).NewDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        var faults = new List<string>();
        foreach (var server in _shared.Values.Where(s => s.IsValueCreated))
        {
            var started = await server.Value;
            faults.AddRange(started.Log.Split('\n').Where(line => line.Contains(" error ", StringComparison.Ordinal) || line.Contains(" fatal ", StringComparison.Ordinal)));
            await started.DisposeAsync();
        }

        if (_postgres.IsValueCreated)
        {
            await (await _postgres.Value).DisposeAsync();
        }

        // A fault that no test saw is still a fault.
        Assert.True(faults.Count == 0, "A server logged errors:\n" + string.Join('\n', faults));
    }
}
