using Sotto.Contracts;
using Sotto.Server.Limits;
using Sotto.Server.Storage;

namespace Sotto.Server.Devices;

/// <summary>Hands out prekey bundles. Who may ask for which devices is decided before, by the conversation's roster.</summary>
internal sealed class Prekeys(Database database, RateLimits limits, TimeProvider clock)
{
    /// <summary>
    /// One bundle for each of these devices that has published keys. A one-time prekey leaves the store in the transaction that hands it out; when
    /// none is left, the bundle comes without.
    /// </summary>
    /// <exception cref="RefusedException">RATE_LIMITED: 6 bundles of each device for one asker, and one more every 10 minutes. Then none is handed out.</exception>
    public async Task<PrekeyBundles> HandOutAsync(Guid askerDevice, IReadOnlyCollection<Guid> deviceIds, CancellationToken ct)
    {
        // In order, so that two who ask for the same devices can't lock each other out.
        var wanted = deviceIds.Distinct().Order().ToList();
        TakeAll(askerDevice, wanted);
        try
        {
            return await database.WriteAsync(session => HandOutAsync(session, wanted), ct);
        }
        catch
        {
            GiveBack(askerDevice, wanted);
            throw;
        }
    }

    private async Task<PrekeyBundles> HandOutAsync(Session session, List<Guid> deviceIds)
    {
        var bundles = new List<PrekeyBundle>(deviceIds.Count);
        foreach (var id in deviceIds)
        {
            if (await PrekeyStore.LockAsync(session, id) is { HasKeys: true, RevokedAt: null } device)
            {
                bundles.Add(device.ToBundle(await PrekeyStore.SpendOneAsync(session, id, clock.NowMs())));
            }
        }

        return new PrekeyBundles(bundles);
    }

    private void TakeAll(Guid askerDevice, List<Guid> deviceIds)
    {
        for (var i = 0; i < deviceIds.Count; i++)
        {
            if (limits.TryTake(Limit.Prekeys, (askerDevice, deviceIds[i])) is { Ok: false } refused)
            {
                GiveBack(askerDevice, deviceIds[..i]);
                throw Errors.RateLimited
                    .Because("Too many prekeys of one device; wait a while.", ("device_id", deviceIds[i].ToString()), ("limit", Limit.Prekeys.Name))
                    .After(refused.Wait);
            }
        }
    }

    private void GiveBack(Guid askerDevice, List<Guid> deviceIds)
    {
        foreach (var id in deviceIds)
        {
            limits.GiveBack(Limit.Prekeys, (askerDevice, id));
        }
    }
}
