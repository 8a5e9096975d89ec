using Microsoft.Extensions.Options;
using Sotto.Contracts;
using Sotto.Server.Cluster;
using Sotto.Server.Conversations;
using Sotto.Server.Sockets;

namespace Sotto.Server.Calls;

/// <summary>
/// Keeps calls true to life: renews the leases of devices whose sockets live here, puts out who is no longer of the conversation or whose device was shut out, and wakes calls
/// whose time has come by the database's clock. Every node does so; what two do at once happens once.
/// </summary>
internal sealed class CallKeeper(
    CallSeats seats, CallStore store, Switchboard switchboard, CallEvictions evictions, CallSurroundings around, IOptions<CallsOptions> options, ILogger<CallKeeper> log) : BackgroundService
{
    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(1);

    /// <summary>All live calls are looked at so often: should the database's clock be set back, none waits for it to come round again.</summary>
    private static readonly TimeSpan Round = TimeSpan.FromMinutes(1);

    private const int AtOnce = 200;
    private const int InParallel = 8;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        RepeatAsync(Sweep, WakeDueAsync, stoppingToken), RepeatAsync(Round, WakeAllAsync, stoppingToken), RepeatAsync(options.Value.Lease / 3, RenewAsync, stoppingToken),
        EvictAsync(stoppingToken));

    private async Task RepeatAsync(TimeSpan period, Func<CancellationToken, Task> once, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(period, around.Clock);
        do
        {
            await GuardedAsync(() => once(ct), ct);
        }
        while (await timer.WaitForNextTickAsync(ct));
    }

    private async Task WakeDueAsync(CancellationToken ct) => await ForEachAsync(await store.DueAsync(AtOnce, ct), id => switchboard.LookAsync(id), ct);

    private async Task WakeAllAsync(CancellationToken ct)
    {
        IReadOnlyList<Guid> page = [Guid.Empty];
        do
        {
            page = await store.LiveAsync(page[^1], AtOnce, ct);
            await ForEachAsync(page, id => switchboard.LookAsync(id), ct);
        }
        while (page.Count == AtOnce);
    }

    private Task RenewAsync(CancellationToken ct) => ForEachAsync(seats.All, places => RenewAsync(places, ct), ct);

    private async Task RenewAsync(CallPlaces places, CancellationToken ct)
    {
        var here = places.Places.Where(place => place.DeviceId is { } device && around.IsHere(place.UserId, device)).ToArray();
        if (here.Length == 0)
        {
            // Nothing is lost if it has ended and nobody said so: this is where it is noticed.
            await seats.ReadAsync(places.CallId, ct);
        }

        foreach (var place in here)
        {
            await PutAsync(places.CallId, CallMove.Renew, place);
        }

        if (await store.FindAsync(places.CallId, ct) is { Call: { IsFinal: false } call })
        {
            await ExpelAsync(call, ct);
        }
    }

    private async Task EvictAsync(CancellationToken ct)
    {
        await foreach (var eviction in evictions.ReadAllAsync(ct))
        {
            await GuardedAsync(() => EvictAsync(eviction, ct), ct);
        }
    }

    private async Task EvictAsync(Eviction eviction, CancellationToken ct)
    {
        foreach (var id in eviction.ConversationId is { } conversationId ? await store.LiveInAsync(conversationId, ct) : [])
        {
            if (await store.FindAsync(id, ct) is { Call: { IsFinal: false } call })
            {
                await ExpelAsync(call, ct);
            }
        }

        if (eviction.DeviceId is { } deviceId && await store.FindPlaceAsync(deviceId, ct) is { } place)
        {
            await switchboard.PutAsync(place.CallId, CallMove.LoseDevice, place.UserId, deviceId);
        }
    }

    private async Task ExpelAsync(Call call, CancellationToken ct)
    {
        if (await around.MembersAsync(call.ConversationId, ct) is not { } members)
        {
            await switchboard.PutAsync(call.Id, CallMove.Break);
            return;
        }

        foreach (var party in call.Parties.Where(party => (party.IsJoined || party.IsPending) && !members.Contains(party.UserId)))
        {
            await switchboard.PutAsync(call.Id, CallMove.Expel, party.UserId);
        }
    }

    private async Task PutAsync(Guid callId, CallMove move, CallPlace place)
    {
        try
        {
            await switchboard.PutAsync(callId, move, place.UserId, place.DeviceId!.Value);
        }
        catch (RefusedException refused) when (refused.Error == Errors.CallEnded || refused.Error == Errors.NotInCall || refused.Error == Errors.CallNotFound)
        {
            // They have left in the meantime; the next look at the places shows it.
            await seats.ReadAsync(callId, CancellationToken.None);
        }
    }

    private Task ForEachAsync<T>(IReadOnlyList<T> all, Func<T, Task> run, CancellationToken ct) => Parallel.ForEachAsync(
        all, new ParallelOptions { MaxDegreeOfParallelism = InParallel, CancellationToken = ct }, async (one, token) => await GuardedAsync(() => run(one), token));

    /// <summary>One call's fault is not the others'; the next round tries again.</summary>
    private async Task GuardedAsync(Func<Task> run, CancellationToken ct)
    {
        try
        {
            await run();
        }
        catch (Exception fault) when (!ct.IsCancellationRequested)
        {
            Log.NotKept(log, fault);
        }
    }
}

/// <summary>What decides whether somebody may still be in a call: their sockets on this node, and the conversation.</summary>
internal sealed class CallSurroundings(SocketRegistry sockets, Rosters rosters, TimeProvider clock)
{
    /// <summary>A socket whose client has missed a ping lives no more, though the connection may not know it yet.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(Sizes.HeartbeatSeconds + 3);

    public TimeProvider Clock => clock;

    /// <summary>Whether the device has a live socket on this node.</summary>
    public bool IsHere(Guid userId, Guid deviceId) => sockets.SocketsOf(userId).Any(socket => socket.Caller.DeviceId == deviceId && socket.Silence < Silence);

    /// <summary>Who is in the conversation; null when it is gone.</summary>
    public async Task<IReadOnlySet<Guid>?> MembersAsync(Guid conversationId, CancellationToken ct)
    {
        try
        {
            return (await rosters.CurrentAsync(conversationId, ct)).Members.Keys.ToHashSet();
        }
        catch (RefusedException refused) when (refused.Error == Errors.ConversationNotFound)
        {
            return null;
        }
    }
}
