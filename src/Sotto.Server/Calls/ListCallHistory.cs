using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Http;

namespace Sotto.Server.Calls;

/// <summary>Lists what became of calls: <c>GET /calls/history</c>. One entry for each person called: theirs, and the caller sees all.</summary>
internal sealed class ListCallHistory(CallHistoryStore history)
{
    public static void Map(Routes routes) =>
        routes.Get("/calls/history", "Lists the caller's calls that are over, the latest first.")
            .Pages(limit: 50)
            .Asks("conversation_id", """{"type":"string","format":"uuid"}""", "Only calls of this conversation.")
            .Asks("before", """{"type":"string","format":"uuid"}""", "Only what stands after this entry: the last one of the page before. New calls don't shift it.")
            .Handle((ListCallHistory use, Http.Call call) => use.ListAsync(call.Caller, call, call.Ct));

    private Task<Page<CallLog>> ListAsync(Caller caller, Http.Call call, CancellationToken ct)
    {
        var paging = call.Paging(limit: 50);                                              // 422
        return history.ListAsync(caller.UserId, call.QueryId("conversation_id"), call.QueryId("before"), paging.Skip, paging.Limit, ct);
    }
}
