using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Http;

namespace Sotto.Server.Calls;

/// <summary>Lists calls that go on: <c>GET /calls/</c>.</summary>
internal sealed class ListActiveCalls(CallStore store, Switchboard switchboard)
{
    public static void Map(Routes routes) =>
        routes.Get("/calls/", "Lists the calls that are not over and that the caller is in or is rung for.")
            .Handle((ListActiveCalls use, Http.Call call) => use.ListAsync(call.Caller, call.Ct));

    private async Task<ActiveCallList> ListAsync(Caller caller, CancellationToken ct)
    {
        var now = await store.NowAsync(ct);
        var calls = await store.LiveOfAsync(caller.UserId, ct);
        foreach (var due in calls.Where(stored => stored.Call.Deadline <= now))
        {
            await switchboard.LookAsync(due.Call.Id);
        }

        var current = calls.Any(stored => stored.Call.Deadline <= now) ? await store.LiveOfAsync(caller.UserId, ct) : calls;
        return new ActiveCallList([.. current.Select(stored => stored.Call).Where(call => IsFor(caller.UserId, call)).Select(call => call.ToInfo())]);
    }

    private static bool IsFor(Guid userId, Call call) => call.Find(userId) is { } party && (party.IsJoined || party.IsPending);
}
