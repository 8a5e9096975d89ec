using Sotto.Server.Callers;
using Sotto.Server.Storage;

namespace Sotto.Server.Accounts;

/// <summary>Tells every module that a user's devices or keys, blocks or privacy choices have changed, inside the transaction that changes them.</summary>
internal sealed class DeviceNews(IEnumerable<IDeviceListChanged> hooks)
{
    /// <summary>For blocks and privacy choices: rosters hold them, but no device has changed, and nobody is told.</summary>
    /// <returns>What to call after the commit.</returns>
    public async Task<Action> KeepToItselfAsync(Session session, Guid userId)
    {
        Action after = () => { };
        foreach (var hook in hooks)
        {
            after += await hook.RosterFactsChangedAsync(session, userId);
        }

        return after;
    }

    /// <returns>What to call after the commit.</returns>
    public async Task<Action> TellAsync(Session session, Guid userId, Guid? newDeviceId)
    {
        Action after = () => { };
        foreach (var hook in hooks)
        {
            after += await hook.DeviceListChangedAsync(session, userId, newDeviceId);
        }

        return after;
    }
}
