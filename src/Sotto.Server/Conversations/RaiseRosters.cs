using Sotto.Server.Callers;
using Sotto.Server.Storage;

namespace Sotto.Server.Conversations;

/// <summary>
/// When a user's devices, keys, blocks or receipts change, the roster of each of the user's conversations gets a new version, in the same
/// transaction: whoever decided on the old one decides again.
/// </summary>
internal sealed class RaiseRosters(Rosters rosters, ConversationNews news, TimeProvider clock) : IDeviceListChanged
{
    public async Task<Action> RosterFactsChangedAsync(Session session, Guid userId)
    {
        var conversations = await RosterStore.RaiseAllAsync(session, userId);
        return () =>
        {
            foreach (var id in conversations)
            {
                rosters.Forget(id);
            }
        };
    }

    public async Task<Action> DeviceListChangedAsync(Session session, Guid userId, Guid? newDeviceId)
    {
        var conversations = await RosterStore.RaiseAllAsync(session, userId);
        var keyed = await RosterStore.KeyedDevicesAsync(session, userId);
        if (newDeviceId is { } device)
        {
            await CursorStore.StartDeviceAsync(session, userId, device, clock.NowMs());
        }

        return () =>
        {
            foreach (var id in conversations)
            {
                rosters.Forget(id);
            }

            news.DeviceListChanged(new DevicesNews(userId, conversations, keyed));
        };
    }
}
