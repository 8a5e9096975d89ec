using Microsoft.Extensions.Options;
using Sotto.Contracts;
using Sotto.Server.Callers;

namespace Sotto.Server.Calls;

/// <summary>What is kept of calls: for how long, in a user's export, and what goes with a user.</summary>
internal sealed class ForgetCalls(CallStore store, CallHistoryStore history, Switchboard switchboard, IOptions<CallsOptions> options) : IUserErased
{
    public static readonly TimeSpan Period = TimeSpan.FromHours(1);

    private const int AtOnce = 500;

    /// <summary>The job: history and reports that are old enough.</summary>
    public async Task SweepAsync(CancellationToken ct)
    {
        var age = TimeSpan.FromDays(options.Value.HistoryDays);
        await history.EraseOldAsync(age, ct);
        await store.EraseOldAsync(age, ct);
    }

    public async Task EraseUserAsync(Guid userId, CancellationToken ct)
    {
        foreach (var stored in await store.LiveOfAsync(userId, ct))
        {
            await switchboard.PutAsync(stored.Call.Id, CallMove.Expel, userId);
        }

        await history.EraseOfAsync(userId, ct);
    }

    /// <summary>The calls in a user's export.</summary>
    public async Task<UserExport> FillAsync(Guid userId, UserExport export, CancellationToken ct)
    {
        var all = new List<CallLog>();
        Page<CallLog> page;
        do
        {
            page = await history.ListAsync(userId, null, null, all.Count, AtOnce, ct);
            all.AddRange(page.Data);
        }
        while (page.Data.Count == AtOnce);

        return export with { Calls = [.. all.DistinctBy(one => one.Id)] };
    }
}
