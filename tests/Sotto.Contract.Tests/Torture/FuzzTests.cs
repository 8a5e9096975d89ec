using System.Globalization;
using Sotto.Contract.Tests.Stage;

namespace Sotto.Contract.Tests.Torture;

/// <summary>
/// Thousands of spoilt frames, bodies, paths and tokens. Each is refused in the contract's form or closes with its code; nothing crashes, nothing is
/// lost, and the server's memory stays where it was. <c>./test --torture</c> sends 100,000.
/// </summary>
public abstract class FuzzTests(Servers servers, Db db) : Play(servers, db)
{
    private const int Attackers = 2;
    private const long LargestGrowth = 200 * 1024 * 1024;

    // The same attacks in every plain run; others each time under torture, where the seed is said.
    private static readonly bool IsTorture = Environment.GetEnvironmentVariable("SOTTO_TORTURE") == "1";
    private static readonly int Attacks = IsTorture ? 50_000 : 3_000;
    private static readonly int Seed =
        int.TryParse(Environment.GetEnvironmentVariable("SOTTO_TORTURE_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : IsTorture ? Environment.TickCount : 4711;

    [Fact, Rule("H42", "H43", "H30", "W21", "W23", "H37", "A21")]
    public async Task No_input_ends_the_server_or_loses_a_message()
    {
        var server = await OwnServerAsync(
            ("Sockets:FramesPerSecond", "1000000"), ("RateLimits:MessagesPerMinute", "0"), ("RateLimits:ReceiptsPerMinute", "0"),
            ("RateLimits:TypingPerMinute", "0"), ("RateLimits:TicketsPerMinute", "0"), ("RateLimits:Prekeys", "0"));
        var administrator = await Administrator.OfAsync(server);
        var samples = new Samples();
        var attackers = new List<Attacker>();
        for (var i = 0; i < Attackers; i++)
        {
            var random = new Random(Seed + i);
            var (mallory, writer, reader) = await PeopleAsync("mallory", "writer", "reader", server);
            attackers.Add(Owns(new Attacker(samples, new Mutations(random), random, mallory, writer, reader, administrator)));
            await attackers[i].PreparesAsync();
            await attackers[i].TriesTheSamplesAsync();
        }

        try
        {
            await AttackAsync(attackers, Attacks / 5);
            var before = server.ResidentBytes;
            await AttackAsync(attackers, Attacks - (Attacks / 5));
            var after = server.ResidentBytes;
            TestContext.Current.SendDiagnosticMessage($"fuzz on {Db}, seed {Seed}: resident {before >> 20} MB, then {after >> 20} MB, most {server.MostResidentBytes >> 20} MB; {Summary(attackers)}");
            Assert.True(after - before < LargestGrowth, $"The server grew from {before >> 20} MB to {after >> 20} MB.");
            foreach (var attacker in attackers)
            {
                await attacker.ChecksTheLogAsync();
            }

            Assert.DoesNotContain(" error ", server.Log, StringComparison.Ordinal);
            Assert.DoesNotContain(" fatal ", server.Log, StringComparison.Ordinal);
        }
        catch (Exception fault)
        {
            throw new InvalidOperationException($"With SOTTO_TORTURE_SEED={Seed}: {fault.Message}", fault);
        }
    }

    private static Task AttackAsync(List<Attacker> attackers, int times) =>
        Task.WhenAll(attackers.Select(async attacker =>
        {
            for (var i = 0; i < times / Attackers; i++)
            {
                await attacker.AttacksAsync();
            }
        }));

    private static string Summary(List<Attacker> attackers) => string.Join(
        ", ", attackers.SelectMany(a => a.Outcomes).GroupBy(o => o.Key, o => o.Value, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Key}: {g.Sum()}"));
}

public sealed class FuzzOnSqlite(Servers servers) : FuzzTests(servers, Db.Sqlite);

public sealed class FuzzOnPostgres(Servers servers) : FuzzTests(servers, Db.Postgres);
