using System.Text.Json;
using Sotto.Contracts;
using Sotto.Server.Storage;

namespace Sotto.Server.Calls;

/// <summary>What is left of calls that are over: outcomes, and the participants' reports.</summary>
internal sealed class CallHistoryStore(Database database)
{
    private const string Mine = "(callee_id = @userId or caller_id = @userId)";

    /// <summary>
    /// In the transaction that changes the call: who was called and is out has an entry from then on, and none any more on coming back. Nothing is
    /// written about who has been erased.
    /// </summary>
    public static async Task NoteAsync(Session session, Call before, Call next, DateTimeOffset now)
    {
        foreach (var party in next.Parties.Skip(1))
        {
            var wasOut = before.Find(party.UserId) is { IsOut: true };
            if (party.IsOut && !wasOut)
            {
                await AddAsync(session, next, CallOutcome.Of(next, party, next.EndedAt ?? now));
            }
            else if (wasOut && !party.IsOut)
            {
                await session.ExecuteAsync("delete from call_history where call_id = @Id and callee_id = @UserId", new { next.Id, party.UserId });
            }
        }
    }

    /// <summary>The newest first: what others called the user for, and whom the user called.</summary>
    /// <param name="before">Only what stands after this entry.</param>
    public Task<Page<CallLog>> ListAsync(Guid userId, Guid? conversationId, Guid? before, int skip, int limit, CancellationToken ct) => database.ReadAsync(
        async session =>
        {
            var where = Mine + (conversationId is null ? "" : " and conversation_id = @conversationId");
            var from = before is null ? "" : " and (started_at, id) < (select b.started_at, b.id from call_history b where b.id = @before)";
            var args = new { userId, conversationId, before, skip = (long)skip, more = limit + 1L };
            var count = await session.ScalarAsync<long>($"select count(*) from call_history where {where}", args);
            var found = await session.ListAsync<HistoryRow>($"select * from call_history where {where}{from} order by started_at desc, id desc limit @more offset @skip", args);
            var rows = found.Take(limit).ToArray();
            var reports = await session.ListAsync<ReportRow>(
                "select * from call_reports where call_id in @ids", new { ids = session.Ids(rows.Select(row => row.CallId).Distinct()) });
            var byCall = reports.ToLookup(report => report.CallId);
            return new Page<CallLog>([.. rows.Select(row => row.ToLog(userId, byCall[row.CallId]))], count, found.Count > limit);
        },
        ct);

    private static Task<int> AddAsync(Session session, Call call, CallOutcome outcome) => session.ExecuteAsync(
        """
        insert into call_history (id, call_id, conversation_id, caller_id, callee_id, call_type, status, end_reason, started_at, ended_at, duration)
        select @id, @callId, @ConversationId, @CallerId, @CalleeId, @type, @status, @reason, @started, @ended, @Duration
        where exists (select 1 from users where id = @CalleeId and erasing_at is null)
        """,
        new
        {
            id = Ids.At(outcome.EndedAt), callId = call.Id, call.ConversationId, call.CallerId, outcome.CalleeId, type = EnumText.Of(call.Type),
            status = EnumText.Of(outcome.Status), reason = EnumText.Of(outcome.Reason), started = outcome.StartedAt.ToUnixTimeMilliseconds(),
            ended = outcome.EndedAt.ToUnixTimeMilliseconds(), outcome.Duration,
        });

    /// <summary>Keeps a participant's report, in place of an earlier one.</summary>
    public Task ReportAsync(Guid callId, Guid userId, CallMetadata report, CancellationToken ct) => database.WriteAsync(
        session => session.ExecuteAsync(
            $"""
            insert into call_reports (call_id, user_id, quality, connection_type, bandwidth_avg, packet_loss, latency_avg, samples, reported_at)
            values (@callId, @userId, @quality, @ConnectionType, @BandwidthAvg, @PacketLoss, @LatencyAvg, @samples, {session.Dialect.NowMs})
            on conflict (call_id, user_id) do update set quality = excluded.quality, connection_type = excluded.connection_type, bandwidth_avg = excluded.bandwidth_avg,
                packet_loss = excluded.packet_loss, latency_avg = excluded.latency_avg, samples = excluded.samples, reported_at = excluded.reported_at
            """,
            new
            {
                callId, userId, quality = report.Quality is { } quality ? EnumText.Of(quality) : null, report.ConnectionType, report.BandwidthAvg, report.PacketLoss,
                report.LatencyAvg, samples = report.Samples is { } samples ? "[" + string.Join(',', samples.Select(sample => sample.GetRawText())) + "]" : null,
            }),
        ct);

    /// <summary>Erases what is as old as that.</summary>
    public Task EraseOldAsync(TimeSpan age, CancellationToken ct) => database.WriteAsync(
        async session =>
        {
            var args = new { age = (long)age.TotalMilliseconds };
            await session.ExecuteAsync($"delete from call_history where ended_at < {session.Dialect.NowMs} - @age", args);
            await session.ExecuteAsync($"delete from call_reports where reported_at < {session.Dialect.NowMs} - @age", args);
        },
        ct);

    /// <summary>Erases what is about the user alone. That they called stays in the history of those they called, as their messages do.</summary>
    public Task EraseOfAsync(Guid userId, CancellationToken ct) => database.WriteAsync(
        async session =>
        {
            await session.ExecuteAsync("delete from call_history where callee_id = @userId", new { userId });
            await session.ExecuteAsync("delete from call_reports where user_id = @userId", new { userId });
        },
        ct);

    private sealed class HistoryRow
    {
        public Guid Id { get; init; }

        public Guid CallId { get; init; }

        public Guid ConversationId { get; init; }

        public Guid CallerId { get; init; }

        public Guid CalleeId { get; init; }

        public string CallType { get; init; } = "";

        public string Status { get; init; } = "";

        public string EndReason { get; init; } = "";

        public long StartedAt { get; init; }

        public long EndedAt { get; init; }

        public long Duration { get; init; }

        public CallLog ToLog(Guid viewer, IEnumerable<ReportRow> reports) => new(
            Id, CallId, ConversationId, CallerId, CalleeId, EnumText.Parse<CallType>(CallType), EnumText.Parse<CallStatus>(Status), Times.FromMs(StartedAt),
            Times.FromMs(EndedAt), Duration, viewer == CallerId ? CallDirection.Outgoing : CallDirection.Incoming, EnumText.Parse<EndReason>(EndReason),
            CallReports.Worst([.. reports.Where(report => report.UserId == CallerId || report.UserId == CalleeId).Select(report => report.ToMetadata())]));
    }

    private sealed class ReportRow
    {
        public Guid CallId { get; init; }

        public Guid UserId { get; init; }

        public string? Quality { get; init; }

        public string? ConnectionType { get; init; }

        public string? BandwidthAvg { get; init; }

        public double? PacketLoss { get; init; }

        public double? LatencyAvg { get; init; }

        public CallMetadata ToMetadata() => new(Quality is null ? null : EnumText.Parse<CallQuality>(Quality), ConnectionType, BandwidthAvg, PacketLoss, LatencyAvg);
    }
}
