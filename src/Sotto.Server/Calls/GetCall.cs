using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Http;

namespace Sotto.Server.Calls;

/// <summary>Shows a call to its people, while it lives and as long as its history is kept: <c>GET /calls/{call_id}</c>.</summary>
internal sealed class GetCall(CallStore store, Switchboard switchboard)
{
    public static void Map(Routes routes) =>
        routes.Get("/calls/{call_id}", "Gives a call that the caller takes part in, is rung for or took part in.")
            .Refuses(Errors.CallNotFound, Errors.PermissionDenied)
            .Handle((GetCall use, Http.Call call) => use.GetAsync(call.Caller, call.Id("call_id"), call.Ct));

    /// <exception cref="RefusedException">CALL_NOT_FOUND or PERMISSION_DENIED.</exception>
    public static async Task<Call> MustFindAsync(CallStore store, Guid callId, Guid userId, CancellationToken ct)
    {
        var call = (await store.FindAsync(callId, ct))?.Call ?? throw Errors.CallNotFound.Because("There is no such call.");
        return call.Find(userId) is not null ? call : throw Errors.PermissionDenied.Because("You have no part in this call.");
    }

    private async Task<CallInfo> GetAsync(Caller caller, Guid callId, CancellationToken ct)
    {
        var call = await MustFindAsync(store, callId, caller.UserId, ct);
        if (call.Deadline <= await store.NowAsync(ct))
        {
            await switchboard.LookAsync(callId);
            call = await MustFindAsync(store, callId, caller.UserId, ct);
        }

        return call.ToInfo();
    }
}
