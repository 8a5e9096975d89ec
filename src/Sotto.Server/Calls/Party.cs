using Sotto.Contracts;

namespace Sotto.Server.Calls;

/// <summary>One person of a call.</summary>
/// <param name="DeviceId">The device that joined; null unless <see cref="ParticipantState.Joined"/>.</param>
/// <param name="LeaseUntil">When the joined device counts as lost, unless it renews.</param>
/// <param name="RangAt">When the first of their devices confirmed that it rings.</param>
/// <param name="JoinedAt">When they joined first; stays when they leave.</param>
/// <param name="SeatedAt">When they joined last; null while they aren't in it.</param>
/// <param name="Talked">How long they were in it before that.</param>
/// <param name="LeftAt">When they left last.</param>
/// <param name="Reason">Why they are no longer in it, or never were.</param>
internal sealed record Party(
    Guid UserId, ParticipantState State, Guid? DeviceId = null, DateTimeOffset? LeaseUntil = null, DateTimeOffset? RangAt = null, DateTimeOffset? JoinedAt = null,
    DateTimeOffset? LeftAt = null, EndReason? Reason = null, DateTimeOffset? SeatedAt = null, TimeSpan Talked = default)
{
    /// <summary>They were called, and their part is over; they may come back while the call lives.</summary>
    public bool IsOut => !IsJoined && !IsPending;

    public bool IsJoined => State == ParticipantState.Joined;

    /// <summary>Somebody waits for their answer.</summary>
    public bool IsPending => State is ParticipantState.Invited or ParticipantState.Ringing;

    public Party Joins(Guid deviceId, DateTimeOffset now, DateTimeOffset leaseUntil) =>
        this with { State = ParticipantState.Joined, DeviceId = deviceId, LeaseUntil = leaseUntil, JoinedAt = JoinedAt ?? now, SeatedAt = now, LeftAt = null, Reason = null };

    public Party Leaves(EndReason reason, DateTimeOffset now) =>
        this with
        {
            State = ParticipantState.Left, DeviceId = null, LeaseUntil = null, LeftAt = now, Reason = reason, SeatedAt = null, Talked = Talked + (now - (SeatedAt ?? now)),
        };

    /// <summary>Is no longer rung for: declined or missed.</summary>
    public Party Answers(ParticipantState state, EndReason reason) => this with { State = state, Reason = reason };

    public Party MovedBy(TimeSpan jump) => this with
    {
        LeaseUntil = LeaseUntil + jump, RangAt = RangAt + jump, JoinedAt = JoinedAt + jump, SeatedAt = SeatedAt + jump, LeftAt = LeftAt + jump,
    };
}
