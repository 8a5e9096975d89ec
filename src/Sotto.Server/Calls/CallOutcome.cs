using Sotto.Contracts;

namespace Sotto.Server.Calls;

/// <summary>What a call was for one of the people called: an entry of the history. The caller sees those of all.</summary>
/// <param name="StartedAt">The answer's time; unanswered, the ring's.</param>
/// <param name="Duration">Whole seconds in the call; 0 when unanswered.</param>
internal sealed record CallOutcome(Guid CalleeId, CallStatus Status, EndReason Reason, DateTimeOffset StartedAt, DateTimeOffset EndedAt, long Duration)
{
    /// <summary>What it was for somebody called whose part is over.</summary>
    /// <param name="at">When that came to be.</param>
    public static CallOutcome Of(Call call, Party party, DateTimeOffset at)
    {
        var reason = party.Reason ?? call.Reason ?? EndReason.Failed;
        if (party.JoinedAt is { } joined)
        {
            return new CallOutcome(party.UserId, CallStatus.Ended, reason, joined, party.LeftAt ?? at, (long)party.Talked.TotalSeconds);
        }

        var status = party.State == ParticipantState.Declined ? CallStatus.Declined
            : reason is EndReason.Failed or EndReason.Server ? CallStatus.Failed
            : CallStatus.Missed;
        return new CallOutcome(party.UserId, status, reason, party.RangAt ?? call.InitiatedAt, at, 0);
    }
}
