using CsCheck;
using Sotto.Contracts;
using Sotto.Server.Calls;

namespace Sotto.Server.Tests.Calls;

/// <summary>Walks a call through random histories, and holds it against a model that knows only what each person did.</summary>
public sealed class CallModelTests
{
    private static readonly CallRules Rules = new(TimeSpan.FromSeconds(45), TimeSpan.FromSeconds(30), 6);

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly Gen<Move> Moves =
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 7], Gen.Int[0, 2], Gen.Frequency((6, Gen.Int[0, 3]), (2, Gen.Int[4, 20]), (1, Gen.Int[21, 90])))
            .Select((kind, person, device, wait) => new Move(kind, person, device, TimeSpan.FromSeconds(wait)));

    private static readonly Gen<(int People, Move[] Moves)> Histories = Gen.Select(Gen.Int[2, 8], Moves.Array[0, 40]);

    private static long Walks => Environment.GetEnvironmentVariable("SOTTO_TORTURE") == "1" ? 1_000_000 : 100_000;

    [Fact, Rule("C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C20", "C21")]
    public void Every_history_has_one_end_and_the_right_outcome_for_everybody() => Histories.Sample(history =>
    {
        var model = new Model(history.People);
        foreach (var move in history.Moves)
        {
            model.Do(move);
        }

        // Nobody renews any more: no call outlives its people.
        model.Do(new Move(TimePasses, 0, 0, Rules.RingTime + Rules.Lease));
        model.MustBeOver();
    }, iter: Walks);

    private const int TimePasses = 9;

    private sealed record Move(int Kind, int Person, int Device, TimeSpan Wait);

    private sealed class Model(int people)
    {
        private readonly Guid[] _ids = [.. Enumerable.Range(0, people).Select(Id)];
        private readonly Dictionary<Guid, DateTimeOffset> _leases = new() { [Id(0)] = Start + Rules.Lease };
        private readonly Dictionary<Guid, Guid> _devices = new() { [Id(0)] = Device(0, 0) };
        private readonly HashSet<Guid> _wereIn = [Id(0)];
        private readonly HashSet<Guid> _refused = [];
        private readonly HashSet<Guid> _busy = [];
        private readonly HashSet<Guid> _waiting = [.. Enumerable.Range(1, people - 1).Select(Id)];
        private readonly HashSet<Guid> _expelled = [];
        private DateTimeOffset _now = Start;
        private CallStatus? _end;
        private bool _isBroken;
        private int _finished;
        private Call _call = Call.Begin(Id(100), Id(101), CallType.Video, (Id(0), Device(0, 0)), Enumerable.Range(1, people - 1).Select(Id), Rules, Start);

        private bool IsAnswered => _wereIn.Count > 1;

        public void Do(Move move)
        {
            _now += move.Wait;
            Expire();
            var id = Id(move.Person);
            var device = Device(move.Person, move.Device);
            CallEvent happened = move.Kind switch
            {
                0 => new Rang(id),
                1 or 2 => new Joined(id, device),
                3 => new Declined(id, device),
                4 => new Declined(id, move.Wait.Seconds == 1 ? null : device, IsBusy: true),
                5 => move.Wait.Seconds == 2 ? new DeviceLost(id, device) : new Left(id, move.Wait.Seconds == 1 ? null : device),
                6 => new EndAsked(id, move.Wait.Seconds == 1 ? null : device, IsAdmin: move.Device == 2),
                7 => new Renewed(id, device),
                8 => move.Device == 0 ? new Expelled(id) : move is { Device: 1, Person: 0, Wait.Seconds: 3 } ? new Broken() : new TimePassed(),
                _ => new TimePassed(),
            };
            var before = _call;
            var step = _call.On(happened, _now);
            _call = step.Next;
            Assert.Equal(Expected(happened), step.Refused?.Error);
            if (step.Refused is null)
            {
                Apply(happened);
            }

            Check(before, step);
        }

        public void MustBeOver()
        {
            Assert.True(_call.IsFinal);
            Assert.Equal(1, _finished);
            foreach (var party in _call.Parties.Skip(1))
            {
                Assert.True(party.IsOut);
                var outcome = CallOutcome.Of(_call, party, _call.EndedAt!.Value);
                var expected = _wereIn.Contains(outcome.CalleeId) ? CallStatus.Ended
                    : _refused.Contains(outcome.CalleeId) ? CallStatus.Declined
                    : _isBroken && _waiting.Contains(outcome.CalleeId) || _expelled.Contains(outcome.CalleeId) ? CallStatus.Failed
                    : CallStatus.Missed;
                Assert.Equal(expected, outcome.Status);
                Assert.True(outcome.StartedAt >= Start && outcome.StartedAt <= outcome.EndedAt && outcome.EndedAt <= _call.EndedAt);
                Assert.InRange(outcome.Duration, 0, (long)(_call.EndedAt!.Value - Start).TotalSeconds);
                Assert.True(outcome.Status == CallStatus.Ended || outcome.Duration == 0);
            }
        }

        private void Check(Call before, Step step)
        {
            Assert.Equal(_end, _call.IsFinal ? _call.Status : null);
            Assert.Equal(_end is null ? _leases.Keys.Order() : [], _call.Parties.Where(party => party.IsJoined).Select(party => party.UserId).Order());
            Assert.Equal(_end is null ? _waiting.Order() : [], _call.Parties.Where(party => party.IsPending).Select(party => party.UserId).Order());
            Assert.True(_call.Status >= before.Status, "The status went back.");
            Assert.True(_leases.Count <= Rules.MostJoined);
            Assert.True(_call.IsFinal || _call.Deadline > _now);
            if (before.IsFinal)
            {
                Assert.Same(before, _call);
                Assert.Empty(step.Effects);
            }

            _finished += step.Effects.Count(effect => effect is Finished);
            Assert.Equal(_call.IsFinal ? 1 : 0, _finished);
            foreach (var moved in step.Effects.OfType<PartyMoved>())
            {
                Assert.Contains(moved.UserId, _wereIn);
            }
        }

        /// <summary>What time alone does, in its order.</summary>
        private void Expire()
        {
            while (_end is null)
            {
                var lease = _leases.Count > 0 ? _leases.Values.Min() : DateTimeOffset.MaxValue;
                var ring = _waiting.Count > 0 ? Start + Rules.RingTime : DateTimeOffset.MaxValue;
                if (lease > _now && ring > _now)
                {
                    return;
                }

                if (lease <= ring)
                {
                    var lost = _ids.First(id => _leases.TryGetValue(id, out var until) && until == lease);
                    Leave(lost);
                }
                else
                {
                    _waiting.Clear();
                    Settle(CallStatus.Missed);
                }
            }
        }

        private ErrorCode? Expected(CallEvent happened)
        {
            if (happened is TimePassed or Expelled or Broken || (happened is DeviceLost && _end is not null))
            {
                return null;
            }

            var id = Who(happened);
            if (!_ids.Contains(id))
            {
                return Errors.PermissionDenied;
            }

            if (_end is not null)
            {
                return Errors.CallEnded;
            }

            if (Acting(happened) is { } acting && _devices.TryGetValue(id, out var seat) && seat != acting)
            {
                return Errors.AnsweredElsewhere;
            }

            return happened switch
            {
                Joined joined when _devices.TryGetValue(id, out var device) => device == joined.DeviceId ? null : Errors.AnsweredElsewhere,
                Joined when _leases.Count == Rules.MostJoined => Errors.CallFull,
                Left when !_leases.ContainsKey(id) && !_waiting.Contains(id) => Errors.NotInCall,
                Renewed renewed when !_devices.TryGetValue(id, out var device) || device != renewed.DeviceId => Errors.NotInCall,
                EndAsked asked when !_leases.ContainsKey(id) && !_waiting.Contains(id) && !asked.IsAdmin && id != Id(0) => Errors.NotInCall,
                _ => null,
            };
        }

        private void Apply(CallEvent happened)
        {
            var id = Who(happened);
            switch (happened)
            {
                case Joined joined when _end is null:
                    _leases[id] = _now + Rules.Lease;
                    _devices[id] = joined.DeviceId;
                    _wereIn.Add(id);
                    _waiting.Remove(id);
                    break;
                case Renewed:
                    _leases[id] = _now + Rules.Lease;
                    break;
                case Declined declined when _waiting.Contains(id):
                    Refuse(id, declined.IsBusy);
                    break;
                case DeviceLost lost when _end is null && _devices.GetValueOrDefault(id) == lost.DeviceId:
                case Declined or Left or Expelled when _end is null && _leases.ContainsKey(id):
                    Leave(id);
                    break;
                case Left when _waiting.Contains(id):
                    Refuse(id, false);
                    break;
                case Expelled when _end is null && _waiting.Remove(id):
                    _expelled.Add(id);
                    Settle(CallStatus.Missed);
                    break;
                case EndAsked asked:
                    End(id, asked.IsAdmin);
                    break;
                case Broken when _end is null:
                    _isBroken = true;
                    _end = IsAnswered ? CallStatus.Ended : CallStatus.Failed;
                    break;
                default:
                    break;
            }
        }

        private void End(Guid id, bool isAdmin)
        {
            if (_waiting.Contains(id) && (people == 2 || !isAdmin))
            {
                Refuse(id, false);
            }
            else if (people == 2 || isAdmin || id == Id(0))
            {
                _end = IsAnswered ? CallStatus.Ended : CallStatus.Missed;
            }
            else
            {
                Leave(id);
            }
        }

        private void Refuse(Guid id, bool isBusy)
        {
            _waiting.Remove(id);
            _refused.Add(id);
            if (isBusy)
            {
                _busy.Add(id);
            }

            Settle(CallStatus.Missed);
        }

        private void Leave(Guid id)
        {
            _leases.Remove(id);
            _devices.Remove(id);
            if (IsAnswered ? _leases.Count == 0 || people == 2 : id == Id(0))
            {
                _end = IsAnswered ? CallStatus.Ended : CallStatus.Missed;
            }
        }

        private void Settle(CallStatus unanswered)
        {
            if (IsAnswered || _waiting.Count > 0)
            {
                return;
            }

            var silent = _ids.Skip(1).Any(id => !_refused.Contains(id) && !_expelled.Contains(id));
            _end = silent ? unanswered : _refused.Count > 0 ? CallStatus.Declined : CallStatus.Failed;
        }

        /// <summary>The device that refuses, goes or ends.</summary>
        private static Guid? Acting(CallEvent happened) => happened switch
        {
            Declined one => one.DeviceId,
            Left one => one.DeviceId,
            EndAsked one => one.DeviceId,
            _ => null,
        };

        private static Guid Who(CallEvent happened) => happened switch
        {
            DeviceLost one => one.UserId,
            Rang one => one.UserId,
            Joined one => one.UserId,
            Declined one => one.UserId,
            Left one => one.UserId,
            EndAsked one => one.UserId,
            Renewed one => one.UserId,
            Expelled one => one.UserId,
            _ => Guid.Empty,
        };

        private static Guid Id(int number) => new(number + 1, 0, 0, new byte[8]);

        private static Guid Device(int person, int number) => new(person + 1, 1, (short)number, new byte[8]);
    }
}
