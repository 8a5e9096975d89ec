using Sotto.Contracts;
using Sotto.Server.Accounts;
using Sotto.Server.Callers;
using Sotto.Server.Http;
using Sotto.Server.Sockets;

namespace Sotto.Server.Devices;

/// <summary>A user's devices as others see them, with the manifest that vouches for them: GET /users/{user_id}/devices.</summary>
internal sealed class ListUserDevices(Users users, DeviceDirectory directory, ManifestStore manifests)
{
    public static void Map(Routes routes, CommandMap commands) =>
        routes.Get("/users/{user_id}/devices", "Lists a user's active devices with their public keys, and the user's signed manifest.")
            .Refuses(Errors.UserNotFound)
            .Handle((ListUserDevices use, Call call) => use.ListAsync(call.Id("user_id"), call.Ct));

    public async Task<UserDevices> ListAsync(Guid userId, CancellationToken ct)
    {
        await users.MustFindAsync(userId, ct);

        // The manifest first: one that comes between names no device that is missing here.
        var manifest = await manifests.NewestAsync(userId, ct);
        return new UserDevices(userId, await directory.OfUsersAsync([userId], ct), manifest);
    }
}
