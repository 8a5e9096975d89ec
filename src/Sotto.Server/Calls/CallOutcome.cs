using Sotto.Contracts;

namespace Sotto.Server.Calls;

/// <summary>What a call was for one of the people called: an entry of the history. The caller sees those of all.</summary>
/// <param name="StartedAt">The answer's time; unanswered, the ring's.</param>
/// <param name="Duration">Whole seconds; 0 when unanswered.</param>
internal sealed record CallOutcome(Guid CalleeId, CallStatus Status, EndReason Reason, DateTimeOffset StartedAt, DateTimeOffset EndedAt, long Duration)
{
    /// <summary>One for each person called. Only for a call that is over.</summary>
    public static IReadOnlyList<CallOutcome> Of(Call call) => [.. call.Parties.Skip(1).Select(party => Of(call, party))];

    private static CallOutcome Of(Call call, Party party)
    {
        var end = call.EndedAt ?? throw new InvalidOperationException("The call goes on.");
        var reason = party.Reason ?? call.Reason ?? EndReason.Failed;
        if (party.JoinedAt is { } joined)
        {
            var left = party.LeftAt ?? end;
            return new CallOutcome(party.UserId, CallStatus.Ended, reason, joined, left, (long)(left - joined).TotalSeconds);
        }

        var status = party.State == ParticipantState.Declined ? CallStatus.Declined
            : reason is EndReason.Failed or EndReason.Server ? CallStatus.Failed
            : CallStatus.Missed;
        return new CallOutcome(party.UserId, status, reason, party.RangAt ?? call.InitiatedAt, end, 0);
    }
}
