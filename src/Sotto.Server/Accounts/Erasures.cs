using Sotto.Server.Callers;
using Sotto.Server.Storage;

namespace Sotto.Server.Accounts;

/// <summary>Erases users whose erasure has begun, and finishes what a crash or a fault left half done. Also forgets old sessions.</summary>
internal sealed class Erasures(UserStore users, SessionStore sessions, IServiceProvider services, ILogger<Erasures> log, TimeProvider clock) : BackgroundService
{
    // An erasure older than this isn't being worked on by the request that began it.
    private static readonly TimeSpan Abandoned = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan BetweenRounds = TimeSpan.FromMinutes(1);

    /// <summary>Lets every module erase what it holds, then erases the account itself.</summary>
    public async Task EraseAsync(Guid userId, CancellationToken ct)
    {
        // What stands right goes first, while what it builds on is still there.
        foreach (var hook in services.GetServices<IUserErased>().Reverse())
        {
            await hook.EraseUserAsync(userId, ct);
        }

        await users.DeleteAsync(userId, ct);
        Log.Erased(log, userId);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // At start nothing can be under way on a server of one node; a cluster's other nodes bear it being done twice.
        await RoundAsync(TimeSpan.Zero, stoppingToken);
        using var timer = new PeriodicTimer(BetweenRounds, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await RoundAsync(Abandoned, stoppingToken);
        }
    }

    private async Task RoundAsync(TimeSpan age, CancellationToken ct)
    {
        try
        {
            foreach (var userId in await users.ErasingAsync(clock.NowMs() - (long)age.TotalMilliseconds, ct))
            {
                await EraseAsync(userId, ct);
            }

            await sessions.SweepAsync(clock.NowMs(), ct);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // The database can't serve, or one module can't erase: the next round tries again, and the server goes on meanwhile.
            Log.RoundFailed(log, fault);
        }
    }
}
