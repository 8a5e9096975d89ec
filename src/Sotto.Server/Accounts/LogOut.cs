using Sotto.Server.Callers;
using Sotto.Server.Http;
using Sotto.Server.Sockets;

namespace Sotto.Server.Accounts;

/// <summary>Ends the session of the caller's device: POST /auth/logout. Its sockets close with 4001; the device stays, with its keys.</summary>
internal sealed class LogOut(DeviceList devices)
{
    public static void Map(Routes routes, CommandMap commands) =>
        routes.Post("/auth/logout", "Ends this device's session and closes its sockets.")
            .Handle((LogOut use, Call call) => use.LogOutAsync(call.Caller, call.Ct));

    public Task LogOutAsync(Caller caller, CancellationToken ct) => devices.EndSessionAsync(caller.DeviceId, ct);
}
