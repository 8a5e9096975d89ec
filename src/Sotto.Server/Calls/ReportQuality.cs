using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Http;

namespace Sotto.Server.Calls;

/// <summary>Tells how the call went on this end: <c>POST /calls/{call_id}/quality</c>, while it goes on or afterwards. The last report counts.</summary>
internal sealed class ReportQuality(CallStore store, CallHistoryStore history)
{
    private const int Text = 100;

    public static void Map(Routes routes) =>
        routes.Post("/calls/{call_id}/quality", "Tells how the call went for this participant; a later report takes the place of an earlier one.")
            .Refuses(Errors.CallNotFound, Errors.PermissionDenied, Errors.NotInCall)
            .Handle((ReportQuality use, Http.Call call, CallMetadata body) => use.ReportAsync(call.Caller, call.Id("call_id"), body, call.Ct));

    private async Task ReportAsync(Caller caller, Guid callId, CallMetadata report, CancellationToken ct)
    {
        new Check()
            .AtMost(report.ConnectionType, "connection_type", Text)
            .AtMost(report.BandwidthAvg, "bandwidth_avg", Text)
            .That(report.PacketLoss is null or (>= 0 and <= 100), "packet_loss", "must be from 0 to 100 percent")
            .That(report.LatencyAvg is null or (>= 0 and <= 3_600_000), "latency_avg", "must be from 0 to 3600000 milliseconds")
            .That((report.Samples?.Count ?? 0) <= Sizes.QualitySamples, "samples", $"must be at most {Sizes.QualitySamples}")
            .Done();                                                                      // 422
        var call = await GetCall.MustFindAsync(store, callId, caller.UserId, ct);         // 404, 403
        if (call.Find(caller.UserId)?.JoinedAt is null)
        {
            throw Errors.NotInCall.Because("You were not in this call.");
        }

        await history.ReportAsync(callId, caller.UserId, report, ct);
    }
}
