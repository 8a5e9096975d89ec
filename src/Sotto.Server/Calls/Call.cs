using System.Collections.Immutable;
using Sotto.Contracts;

namespace Sotto.Server.Calls;

/// <summary>What a step made of a call, and what must follow. No effects, same call: nothing happened.</summary>
/// <param name="Refused">Why the event did nothing. What time had done before stands all the same.</param>
internal readonly record struct Step(Call Next, ImmutableArray<CallEffect> Effects, RefusedException? Refused = null);

/// <summary>
/// A call as data: time comes in, what must happen comes out. The table of its states stands in docs/spec/calls.md.
/// </summary>
/// <param name="Parties">The caller first, who has joined by calling; then those who are called.</param>
/// <param name="Rules">Those it began with: settings that change later leave it alone.</param>
/// <param name="AnsweredAt">When the first callee joined.</param>
internal sealed record Call(
    Guid Id, Guid ConversationId, CallType Type, CallStatus Status, ImmutableArray<Party> Parties, CallRules Rules, DateTimeOffset InitiatedAt,
    DateTimeOffset? AnsweredAt = null, DateTimeOffset? EndedAt = null, EndReason? Reason = null)
{

    public Guid CallerId => Parties[0].UserId;

    /// <summary>Everybody, the caller first.</summary>
    public IReadOnlyList<Guid> PeopleIds => [.. Parties.Select(party => party.UserId)];

    public bool IsFinal => Status >= CallStatus.Ended;

    /// <summary>Of two people: it ends when either goes.</summary>
    public bool IsPair => Parties.Length == 2;

    /// <summary>
    /// The same call by a clock that was set forward or back by so much: what was due in ten seconds still is, and nothing lasted longer than it did.
    /// </summary>
    public Call MovedBy(TimeSpan jump) => this with
    {
        InitiatedAt = InitiatedAt + jump, AnsweredAt = AnsweredAt + jump, EndedAt = EndedAt + jump, Parties = [.. Parties.Select(party => party.MovedBy(jump))],
    };

    /// <summary>When time alone changes something next; null when the call is over.</summary>
    public DateTimeOffset? Deadline => IsFinal ? null : Parties.Select(DeadlineOf).Min();

    /// <summary>When it stops ringing for those who have not answered.</summary>
    public DateTimeOffset RingsUntil => InitiatedAt + Rules.RingTime;

    public static Call Begin(
        Guid id, Guid conversationId, CallType type, (Guid UserId, Guid DeviceId) caller, IEnumerable<Guid> callees, CallRules rules, DateTimeOffset now) => new(
        id, conversationId, type, CallStatus.Initiating,
        [
            new Party(caller.UserId, ParticipantState.Invited).Joins(caller.DeviceId, now, now + rules.Lease),
            .. callees.Select(callee => new Party(callee, ParticipantState.Invited)),
        ],
        rules, now);

    public Party? Find(Guid userId) => Parties.FirstOrDefault(party => party.UserId == userId);

    /// <summary>
    /// What happens by an event, after all that time alone has done until now. Refused with CALL_ENDED, PERMISSION_DENIED (no part in it), NOT_IN_CALL,
    /// ANSWERED_ELSEWHERE or CALL_FULL.
    /// </summary>
    public Step On(CallEvent happened, DateTimeOffset now)
    {
        var step = new Step(this, []);
        while (step.Next.Deadline is { } due && due <= now)
        {
            step = step.Next.Expire(due).After(step);
        }

        try
        {
            return step.Next.Apply(happened, now).After(step);
        }
        catch (RefusedException refused)
        {
            return step with { Refused = refused };
        }
    }

    private Step Apply(CallEvent happened, DateTimeOffset now) => happened switch
    {
        TimePassed => Nothing,
        Expelled or DeviceLost or Broken when IsFinal => Nothing,
        PersonalEvent personal when IsFinal && MustHave(personal.UserId) is not null => throw Errors.CallEnded.Because("This call is over."),
        Rang rang => Ring(MustHave(rang.UserId), now),
        Joined joined => Join(MustHave(joined.UserId), joined.DeviceId, now),
        Declined declined => Decline(MustAct(declined.UserId, declined.DeviceId), declined.IsBusy ? EndReason.Busy : EndReason.Declined, now),
        Left left => Go(MustAct(left.UserId, left.DeviceId), EndReason.Hangup, now),
        DeviceLost lost => MustHave(lost.UserId) is { IsJoined: true } party && party.DeviceId == lost.DeviceId ? Go(party, EndReason.Hangup, now) : Nothing,
        EndAsked asked => MustAct(asked.UserId, asked.DeviceId) is var party && EndsForAll(party, asked.IsAdmin) ? EndForAll(party, now) : Go(party, EndReason.Hangup, now),
        Renewed renewed => Renew(MustHave(renewed.UserId), renewed.DeviceId, now),
        Expelled expelled => Find(expelled.UserId) is { } party ? Expel(party, now) : Nothing,
        Broken => Finish(AnsweredAt is null ? CallStatus.Failed : CallStatus.Ended, EndReason.Server, null, now),
        _ => throw new InvalidOperationException($"{happened.GetType().Name} is not known."),
    };

    private Step Nothing => new(this, []);

    private Step Ring(Party party, DateTimeOffset now)
    {
        if (party.State != ParticipantState.Invited)
        {
            return Nothing;
        }

        var next = With(party with { State = ParticipantState.Ringing, RangAt = now });
        return Status == CallStatus.Initiating
            ? new Step(next with { Status = CallStatus.Ringing }, [new StatusTold(CallStatus.Ringing, party.UserId)])
            : new Step(next, []);
    }

    private Step Join(Party party, Guid deviceId, DateTimeOffset now)
    {
        if (party.IsJoined)
        {
            return party.DeviceId == deviceId
                ? Renew(party, deviceId, now)
                : throw Errors.AnsweredElsewhere.Because("Another device of yours is in this call.");
        }

        if (Parties.Count(other => other.IsJoined) >= Rules.MostJoined)
        {
            throw Errors.CallFull.Because($"At most {Rules.MostJoined} people are in a call at once.");
        }

        var isAnswer = AnsweredAt is null && party.UserId != CallerId;
        var next = With(party.Joins(deviceId, now, now + Rules.Lease)) with { Status = CallStatus.Ongoing, AnsweredAt = AnsweredAt ?? now };
        var effects = ImmutableArray.CreateBuilder<CallEffect>();
        effects.Add(new RingStopped(party.UserId, deviceId, EndReason.AnsweredElsewhere));
        if (isAnswer)
        {
            effects.Add(new StatusTold(CallStatus.Ongoing, party.UserId));
        }

        effects.Add(new PartyMoved(party.UserId, HasJoined: true));
        return new Step(next, effects.ToImmutable());
    }

    private Step Decline(Party party, EndReason reason, DateTimeOffset now)
    {
        if (party.IsJoined)
        {
            return Go(party, EndReason.Hangup, now);
        }

        return party.IsPending
            ? With(party.Answers(ParticipantState.Declined, reason)).Settle(party, reason, now, [new RingStopped(party.UserId, null, reason)])
            : Nothing;
    }

    private Step Go(Party party, EndReason reason, DateTimeOffset now) =>
        party.IsJoined ? With(party.Leaves(reason, now)).Settle(party, reason, now, [new PartyMoved(party.UserId, HasJoined: false)])
        : party.IsPending ? Decline(party, EndReason.Declined, now)
        : throw Errors.NotInCall.Because("You are not in this call.");

    private Step Renew(Party party, Guid deviceId, DateTimeOffset now) =>
        party.IsJoined && party.DeviceId == deviceId ? new Step(With(party with { LeaseUntil = now + Rules.Lease }), [])
        : throw Errors.NotInCall.Because("This device is not in the call.");

    private Step Expel(Party party, DateTimeOffset now) =>
        party.IsJoined ? Go(party, EndReason.Hangup, now)
        : party.IsPending ? With(party.Answers(ParticipantState.Missed, EndReason.Failed)).Settle(party, EndReason.Failed, now, [new RingStopped(party.UserId, null, EndReason.Failed)])
        : Nothing;

    private Step Expire(DateTimeOffset due)
    {
        var party = Parties.First(one => DeadlineOf(one) == due);
        return party.IsJoined
            ? Go(party, EndReason.ConnectionLost, due)
            : With(party.Answers(ParticipantState.Missed, EndReason.NoAnswer)).Settle(party, EndReason.NoAnswer, due, [new RingStopped(party.UserId, null, EndReason.NoAnswer)]);
    }

    private bool EndsForAll(Party party, bool isAdmin) => party.IsPending ? isAdmin && !IsPair : isAdmin || IsPair || party.UserId == CallerId;

    private Step EndForAll(Party party, DateTimeOffset now) =>
        AnsweredAt is not null ? Finish(CallStatus.Ended, EndReason.Hangup, party.UserId, now) : Finish(CallStatus.Missed, EndReason.Cancelled, party.UserId, now);

    /// <summary>After somebody has gone or won't come: is the call over by that?</summary>
    private Step Settle(Party party, EndReason reason, DateTimeOffset now, ImmutableArray<CallEffect> effects)
    {
        var joined = Parties.Count(one => one.IsJoined);
        var step = AnsweredAt is not null ? (joined == 0 || (IsPair && joined == 1) ? Finish(CallStatus.Ended, reason, party.UserId, now) : Nothing)
            : joined == 0 ? Finish(CallStatus.Missed, reason == EndReason.Hangup ? EndReason.Cancelled : reason, party.UserId, now)
            : Parties.Any(one => one.IsPending) ? Nothing
            : Unanswered(party, now);
        return step with { Effects = [.. effects, .. step.Next.IsFinal ? step.Effects : [new StatusTold(Status, party.UserId, reason)]] };
    }

    /// <summary>Nobody is left who could answer: somebody who never did makes it missed, and all who refused make it declined.</summary>
    private Step Unanswered(Party last, DateTimeOffset now)
    {
        var callees = Parties.RemoveAt(0);
        return callees.Any(one => one.Reason == EndReason.NoAnswer) ? Finish(CallStatus.Missed, EndReason.NoAnswer, null, now)
            : callees.All(one => one.Reason == EndReason.Busy) ? Finish(CallStatus.Declined, EndReason.Busy, last.UserId, now)
            : callees.Any(one => one.State == ParticipantState.Declined) ? Finish(CallStatus.Declined, EndReason.Declined, last.UserId, now)
            : Finish(CallStatus.Failed, EndReason.Failed, null, now);
    }

    private Step Finish(CallStatus status, EndReason reason, Guid? by, DateTimeOffset now) => new(
        this with { Status = status, Reason = reason, EndedAt = now, Parties = [.. Parties.Select(party => Close(party, reason, now))] },
        [new StatusTold(status, by, reason), new Finished()]);

    private static Party Close(Party party, EndReason reason, DateTimeOffset now) =>
        party.IsJoined ? party.Leaves(reason, now)
        : party.IsPending ? party.Answers(ParticipantState.Missed, reason == EndReason.Hangup ? EndReason.Cancelled : reason)
        : party;

    private Call With(Party changed) => this with { Parties = [.. Parties.Select(party => party.UserId == changed.UserId ? changed : party)] };

    private DateTimeOffset? DeadlineOf(Party party) => party.IsJoined ? party.LeaseUntil : party.IsPending ? RingsUntil : null;

    /// <summary>What another device of somebody does who is in the call can't touch the one that is in it: it comes too late.</summary>
    private Party MustAct(Guid userId, Guid? deviceId)
    {
        var party = MustHave(userId);
        return party.IsJoined && (deviceId ?? party.DeviceId) != party.DeviceId ? throw Errors.AnsweredElsewhere.Because("Another device of yours is in this call.") : party;
    }

    private Party MustHave(Guid userId) => Find(userId) ?? throw Errors.PermissionDenied.Because("You have no part in this call.");
}

internal static class StepExtensions
{
    /// <summary>This step, with what followed from the one before it.</summary>
    public static Step After(this Step step, Step before) => step with { Effects = [.. before.Effects, .. step.Effects] };
}
