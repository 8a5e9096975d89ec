using Sotto.Contracts;
using Sotto.Server.Callers;

namespace Sotto.Server.Calls;

/// <summary>Who blocks somebody hangs up on them: the call of the two ends, and a ring of theirs stops. A call of more people goes on.</summary>
internal sealed class PartBlocked(CallStore store, Switchboard switchboard) : IUserBlocked
{
    public async Task UserBlockedAsync(Guid userId, Guid blockedId)
    {
        foreach (var (call, _) in await store.LiveOfAsync(userId, CancellationToken.None))
        {
            if (call.Find(userId) is { } self && (call.IsPair ? call.Find(blockedId) is not null : self.IsPending && call.CallerId == blockedId))
            {
                await HangUpAsync(call.Id, userId);
            }
        }
    }

    private async Task HangUpAsync(Guid callId, Guid userId)
    {
        try
        {
            await switchboard.PutAsync(callId, CallMove.Leave, userId);
        }
        catch (RefusedException refused) when (refused.Error == Errors.CallEnded || refused.Error == Errors.NotInCall)
        {
            // It was over already: that is all that was wanted.
        }
    }
}
