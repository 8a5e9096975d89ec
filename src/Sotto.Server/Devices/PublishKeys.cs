using Sotto.Contracts;
using Sotto.Server.Accounts;
using Sotto.Server.Callers;
using Sotto.Server.Http;
using Sotto.Server.Sockets;
using Sotto.Server.Storage;

namespace Sotto.Server.Devices;

/// <summary>Publishes a device's public keys: PUT /devices/{device_id}/keys. From then on messages must be wrapped for it.</summary>
internal sealed class PublishKeys(Database database, DeviceNews news, TimeProvider clock)
{
    public static void Map(Routes routes, CommandMap commands) =>
        routes.Put("/devices/{device_id}/keys", "Publishes the public keys of an own device; one-time prekeys are added to those it has.")
            .Refuses(Errors.DeviceNotFound, Errors.PermissionDenied, Errors.DeviceRevoked)
            .Handle((PublishKeys use, Call call, DeviceKeys body) => use.PublishAsync(call.Caller, call.Id("device_id"), body, call.Ct));

    public async Task PublishAsync(Caller caller, Guid deviceId, DeviceKeys keys, CancellationToken ct)
    {
        DeviceKeysCheck.Check(keys);
        var after = await database.WriteAsync(
            async session =>
            {
                DeviceList.MustBeOwn(await DeviceStore.LockAsync(session, deviceId), caller.UserId);
                var before = (await PrekeyStore.LockAsync(session, deviceId))!;
                var isNew = before.SigningKey != keys.SigningKey || before.IdentityKey != keys.IdentityKey;
                if (isNew && before.HasKeys)
                {
                    MustBeSelf(caller, deviceId);
                    await PrekeyStore.SpendAllAsync(session, deviceId, clock.NowMs());
                }

                await PrekeyStore.PublishAsync(session, deviceId, keys);
                await AddOneTimePrekeysAsync(session, deviceId, keys.OneTimePrekeys ?? []);
                return isNew ? await news.TellAsync(session, caller.UserId, before.HasKeys ? null : deviceId) : null;
            },
            ct);
        after?.Invoke();
    }

    /// <summary>What is stored already, or was handed out, is passed over: a client may repeat an upload whose answer it lost.</summary>
    private static async Task AddOneTimePrekeysAsync(Session session, Guid deviceId, IReadOnlyList<OneTimePrekey> prekeys)
    {
        if (prekeys.Count == 0)
        {
            return;
        }

        var stored = (await PrekeyStore.ListAsync(session, deviceId)).ToDictionary(row => row.KeyId, row => row.Key);
        var spent = (await PrekeyStore.SpentAsync(session, deviceId)).ToHashSet();
        var check = new Check();
        for (var i = 0; i < prekeys.Count; i++)
        {
            check.That(
                !stored.TryGetValue(prekeys[i].Id!.Value, out var key) || key == prekeys[i].Key, $"one_time_prekeys[{i}].id", "is the id of another key");
        }

        var added = prekeys.Where(prekey => !stored.ContainsKey(prekey.Id!.Value) && !spent.Contains(prekey.Id.Value)).ToList();
        check
            .That(
                stored.Count + added.Count <= DeviceKeysCheck.MaxOneTimePrekeys, "one_time_prekeys",
                $"must be at most {DeviceKeysCheck.MaxOneTimePrekeys}, with those that are stored")
            .Done();
        await PrekeyStore.AddAsync(session, deviceId, added);
    }

    private static void MustBeSelf(Caller caller, Guid deviceId)
    {
        if (caller.DeviceId != deviceId)
        {
            throw Errors.PermissionDenied.Because("Only the device itself may replace its keys.");
        }
    }
}
