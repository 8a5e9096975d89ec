using Sotto.Server.Callers;
using Sotto.Server.Storage;

namespace Sotto.Server.Accounts;

/// <summary>Erases users whose erasure has begun, and finishes what a crash or a fault left half done.</summary>
internal sealed class Erasures(UserStore users, IServiceProvider services, ILogger<Erasures> log, TimeProvider clock)
{
    public static readonly TimeSpan BetweenRounds = TimeSpan.FromMinutes(1);

    // Younger ones are most likely being worked on by the request that began them.
    private static readonly TimeSpan Abandoned = TimeSpan.FromSeconds(10);

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

    /// <summary>The job: whoever is still being erased.</summary>
    public async Task FinishAsync(CancellationToken ct)
    {
        foreach (var userId in await users.ErasingAsync(clock.NowMs() - (long)Abandoned.TotalMilliseconds, ct))
        {
            await EraseAsync(userId, ct);
        }
    }
}
