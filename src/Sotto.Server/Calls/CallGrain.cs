using Orleans;
using Orleans.Placement;
using Sotto.Contracts;

namespace Sotto.Server.Calls;

/// <summary>The owner of one call while it lives.</summary>
[Alias("sotto.call")]
internal interface ICallGrain : IGrainWithGuidKey
{
    [Alias("take")]
    Task<CallReply> TakeAsync(CallOrder order);
}

/// <summary>Which of <see cref="CallEvent"/>s an order is.</summary>
internal enum CallMove
{
    Look,
    Ring,
    Join,
    Decline,
    DeclineBusy,
    Leave,
    LoseDevice,
    End,
    EndAsAdmin,
    Renew,
    Expel,
    Break,
}

/// <summary>What happened to a call, on its way to the owner.</summary>
[GenerateSerializer, Immutable, Alias("sotto.call_order")]
internal readonly record struct CallOrder([property: Id(0)] CallMove Move, [property: Id(1)] Guid UserId, [property: Id(2)] Guid DeviceId)
{
    private Guid? Device => DeviceId == Guid.Empty ? null : DeviceId;

    public CallEvent ToEvent() => Move switch
    {
        CallMove.Ring => new Rang(UserId),
        CallMove.Join => new Joined(UserId, DeviceId),
        CallMove.Decline => new Declined(UserId, Device),
        CallMove.DeclineBusy => new Declined(UserId, Device, IsBusy: true),
        CallMove.Leave => new Left(UserId, Device),
        CallMove.LoseDevice => new DeviceLost(UserId, DeviceId),
        CallMove.End => new EndAsked(UserId, Device),
        CallMove.EndAsAdmin => new EndAsked(UserId, Device, IsAdmin: true),
        CallMove.Renew => new Renewed(UserId, DeviceId),
        CallMove.Expel => new Expelled(UserId),
        CallMove.Break => new Broken(),
        _ => new TimePassed(),
    };
}

/// <summary>The call after an order, or why the order did nothing.</summary>
[GenerateSerializer, Immutable, Alias("sotto.call_reply")]
internal readonly record struct CallReply([property: Id(0)] string? State, [property: Id(1)] string? ErrorCode, [property: Id(2)] string? Detail);

/// <summary>
/// Lets one thing after another happen to a call: decides by <see cref="Call"/>, stores, then tells. It lives near whoever asks first, as those who
/// talk ask most. Should there be two for a moment, the version in the database lets one of them win, and the other one looks again.
/// </summary>
[PreferLocalPlacement]
internal sealed class CallGrain(CallStore store, CallPushes pushes, TimeProvider clock) : Grain, ICallGrain
{
    private const int Attempts = 5;

    private readonly ClockWatch _watch = new(clock);
    private StoredCall? _stored;

    public async Task<CallReply> TakeAsync(CallOrder order)
    {
        try
        {
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                _stored ??= await store.FindAsync(this.GetPrimaryKey(), CancellationToken.None);
                if (_stored is not { } stored)
                {
                    return Refused(Errors.CallNotFound.Because("There is no such call."));
                }

                if (await TryAsync(stored, order.ToEvent()) is { } reply)
                {
                    return reply;
                }

                _stored = null;
            }
        }
        catch (RefusedException refused)
        {
            _stored = null;
            return Refused(refused);
        }
        catch (SeatTakenException)
        {
            return Refused(Errors.UserAlreadyInCall.Because("You are in another call; leave it first."));
        }

        return Refused(Storage.Dialect.Unavailable());
    }

    private static CallReply Refused(RefusedException refused) => new(null, refused.Error.Code, refused.Message);

    /// <returns>Null when another owner was quicker.</returns>
    private async Task<CallReply?> TryAsync(StoredCall stored, CallEvent happened)
    {
        var now = await store.NowAsync(CancellationToken.None);
        var jump = _watch.JumpAt(now);
        var call = jump == TimeSpan.Zero || stored.Call.IsFinal ? stored.Call : stored.Call.MovedBy(jump);
        var step = call.On(happened, now);
        if (!ReferenceEquals(step.Next, stored.Call))
        {
            if (!await store.ChangeAsync(stored.Call, step.Next, stored.Version, now, CancellationToken.None))
            {
                return null;
            }

            _stored = new StoredCall(step.Next, stored.Version + 1);
            pushes.Tell(_stored, step.Effects);
        }

        return step.Refused is { } refused ? Refused(refused) : new CallReply(CallJson.Write(step.Next), null, null);
    }
}

/// <summary>Connects whoever does something about a call with its owner.</summary>
internal sealed class Switchboard(IGrainFactory grains)
{
    /// <summary>The call as it is afterwards.</summary>
    /// <exception cref="RefusedException">CALL_NOT_FOUND, CALL_ENDED, PERMISSION_DENIED, NOT_IN_CALL, ANSWERED_ELSEWHERE, CALL_FULL, USER_ALREADY_IN_CALL or UNAVAILABLE.</exception>
    public async Task<Call> PutAsync(Guid callId, CallMove move, Guid userId = default, Guid deviceId = default)
    {
        var reply = await TakeAsync(callId, new CallOrder(move, userId, deviceId));
        if (reply.State is { } state)
        {
            return CallJson.Read(state);
        }

        var error = Errors.All.First(one => one.Code == reply.ErrorCode);
        var refused = error.Because(reply.Detail ?? error.Meaning);
        throw error == Errors.Unavailable ? refused.After(TimeSpan.FromSeconds(2)) : refused;
    }

    /// <summary>Lets what time has done to a call come to pass.</summary>
    /// <returns>Whether it is over.</returns>
    public async Task<bool> LookAsync(Guid callId) =>
        await TakeAsync(callId, new CallOrder(CallMove.Look, default, default)) is not { State: { } state } || CallJson.Read(state).IsFinal;

    private async Task<CallReply> TakeAsync(Guid callId, CallOrder order)
    {
        try
        {
            return await grains.GetGrain<ICallGrain>(callId).TakeAsync(order);
        }
        catch (Exception fault) when (fault is TimeoutException or Orleans.Runtime.OrleansException)
        {
            // Its node has just died, or is too slow; the call itself is in the database.
            throw Storage.Dialect.Unavailable();
        }
    }
}
