using Sotto.Server.Callers;
using Sotto.Server.Storage;

namespace Sotto.Server.Accounts;

/// <summary>Tells every module that a user's devices, keys, blocks or privacy choices have changed, inside the transaction that changes them.</summary>
internal sealed class DeviceNews(IEnumerable<IDeviceListChanged> hooks)
{
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
