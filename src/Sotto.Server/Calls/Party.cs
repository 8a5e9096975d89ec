using Sotto.Contracts;

namespace Sotto.Server.Calls;

/// <summary>One person of a call.</summary>
/// <param name="DeviceId">The device that joined; null unless <see cref="ParticipantState.Joined"/>.</param>
/// <param name="LeaseUntil">When the joined device counts as lost, unless it renews.</param>
/// <param name="RangAt">When the first of their devices confirmed that it rings.</param>
/// <param name="JoinedAt">When they joined first; stays when they leave.</param>
/// <param name="LeftAt">When they left last.</param>
/// <param name="Reason">Why they are no longer in it, or never were.</param>
internal sealed record Party(
    Guid UserId, ParticipantState State, Guid? DeviceId = null, DateTimeOffset? LeaseUntil = null, DateTimeOffset? RangAt = null, DateTimeOffset? JoinedAt = null,
    DateTimeOffset? LeftAt = null, EndReason? Reason = null)
{
    public bool IsJoined => State == ParticipantState.Joined;

    /// <summary>Somebody waits for their answer.</summary>
    public bool IsPending => State is ParticipantState.Invited or ParticipantState.Ringing;

    public Party Joins(Guid deviceId, DateTimeOffset now, DateTimeOffset leaseUntil) =>
        this with { State = ParticipantState.Joined, DeviceId = deviceId, LeaseUntil = leaseUntil, JoinedAt = JoinedAt ?? now, LeftAt = null, Reason = null };

    public Party Leaves(EndReason reason, DateTimeOffset now) =>
        this with { State = ParticipantState.Left, DeviceId = null, LeaseUntil = null, LeftAt = now, Reason = reason };

    /// <summary>Is no longer rung for: declined or missed.</summary>
    public Party Answers(ParticipantState state, EndReason reason) => this with { State = state, Reason = reason };

    public Party MovedBy(TimeSpan jump) => this with { LeaseUntil = LeaseUntil + jump, RangAt = RangAt + jump, JoinedAt = JoinedAt + jump, LeftAt = LeftAt + jump };
}
