using System.Text.Json.Nodes;
using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Http;
using Sotto.Server.Limits;
using Sotto.Server.Storage;

namespace Sotto.Server.Calls;

/// <summary>
/// Calls people: <c>POST /calls/initiate</c>. The same people have one live call among them: whoever calls those who are just calling, or talk already, joins
/// that call, so that all who call each other get through.
/// </summary>
internal sealed class InitiateCall(RateLimits limits, Callees callees, CallStore store, JoinCall join, Switchboard switchboard, CallPushes pushes, IceServers ice)
{
    private const int Attempts = 5;

    public static void Map(Routes routes) =>
        routes.Post("/calls/initiate", "Calls people; the answer comes at once, and what they do comes over the socket.")
            .Once()
            .Refuses(
                Errors.UserAlreadyInCall, Errors.UserBlocked, Errors.NotAMember, Errors.PermissionDenied, Errors.ConversationNotFound, Errors.AnsweredElsewhere,
                Errors.CallFull, Errors.RateLimited)
            .Handle((InitiateCall use, Http.Call call, NewCall body) => use.InitiateAsync(call.Caller, body, call.Ct));

    public async Task<CallStarted> InitiateAsync(Caller caller, NewCall body, CancellationToken ct)
    {
        var plan = await callees.PlanAsync(caller, body, ct);                             // 422, 404, 403
        limits.Take(Limit.Calls, caller.UserId);                                          // 429
        try
        {
            var call = await BeginAsync(caller, plan, ct);                                // 400
            return call.ToStarted(ice.For(call.Id, caller.UserId).IceServers);
        }
        catch (RefusedException)
        {
            limits.GiveBack(Limit.Calls, caller.UserId);
            throw;
        }
    }

    private async Task<Call> BeginAsync(Caller caller, CallPlan plan, CancellationToken ct)
    {
        // Before a conversation is made: who is refused leaves nothing behind.
        if (await store.FindSeatAsync(caller.UserId, ct) is { } seat && !await switchboard.LookAsync(seat))
        {
            throw InACall(seat);
        }

        var (conversationId, people) = await callees.OpenAsync(caller, plan, ct);         // 422, 403
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var now = await store.NowAsync(ct);
            var call = Call.Begin(Ids.At(now), conversationId, plan.Type, (caller.UserId, caller.DeviceId), people, ice.Rules, now);

            // Before it begins: nothing may come between its beginning and its ring, or who answered at once would be rung for after that.
            var talking = await store.SeatedAsync(people, ct);
            var begun = await store.BeginAsync(call, ct);
            if (begun.Ok)
            {
                Metrics.Begun.Add(1);
                pushes.Ring(call, talking);
                return call;
            }

            if (begun.InTheWay is { } other && !await switchboard.LookAsync(other) && await AnswerAsync(caller, other, ct) is { } answered)
            {
                return answered;
            }
        }

        throw Dialect.Unavailable();
    }

    /// <summary>Answers the live call that is in the way, where that is what the caller wants.</summary>
    /// <returns>Null when it has ended in the meantime.</returns>
    private async Task<Call?> AnswerAsync(Caller caller, Guid callId, CancellationToken ct)
    {
        if (await store.FindAsync(callId, ct) is { Call: var call } && call.Find(caller.UserId) is not { IsJoined: false })
        {
            throw InACall(callId);
        }

        try
        {
            return await join.EnterAsync(caller, callId, ct);
        }
        catch (RefusedException refused) when (refused.Error == Errors.CallEnded)
        {
            return null;
        }
    }

    private static RefusedException InACall(Guid callId) =>
        Errors.UserAlreadyInCall.With("You are in a call already; leave it first.", new JsonObject { ["call_id"] = callId });
}
