using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Http;

namespace Sotto.Server.Calls;

/// <summary>Gives fresh credentials for the relay to who is in the call, or may be: <c>GET /calls/{call_id}/ice-servers</c>.</summary>
internal sealed class GiveIceServers(CallStore store, IceServers ice)
{
    public static void Map(Routes routes) =>
        routes.Get("/calls/{call_id}/ice-servers", "Gives the STUN and TURN servers for a call, with fresh credentials.")
            .Refuses(Errors.CallNotFound, Errors.PermissionDenied, Errors.CallEnded)
            .Handle((GiveIceServers use, Http.Call call) => use.GiveAsync(call.Caller, call.Id("call_id"), call.Ct));

    private async Task<IceServerList> GiveAsync(Caller caller, Guid callId, CancellationToken ct)
    {
        var call = await GetCall.MustFindAsync(store, callId, caller.UserId, ct);         // 404, 403
        return call.IsFinal ? throw Errors.CallEnded.Because("This call is over.") : ice.For(callId, caller.UserId); // 409
    }
}
