using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Conversations;
using Sotto.Server.Http;
using Sotto.Server.Limits;
using Sotto.Server.Sockets;

namespace Sotto.Server.Delivery;

/// <summary>
/// Moves a device's cursor: the command <c>ack</c> and <c>POST /sync/ack</c>. It covers every entry up to the seq, and makes messages
/// <c>delivered</c>. A cursor never goes back, nor past the log's end.
/// </summary>
internal sealed class AcknowledgeEntries(RateLimits limits, Rosters rosters, Cursors cursors, CatchUp catchUp)
{
    public static void Map(Routes routes, CommandMap commands)
    {
        routes.Post("/sync/ack", "Acknowledges every entry of a conversation up to a seq.")
            .Refuses(Errors.ConversationNotFound, Errors.NotAMember, Errors.RateLimited)
            .Handle(async (AcknowledgeEntries use, Call call, SyncAck body) =>
            {
                await use.AcknowledgeAsync(call.Caller, body.ConversationId, body.Seq, call.Ct);
                await use.SettleAsync(call.Ct);
            });

        commands.On("ack", "Acknowledges every entry of a conversation up to a seq.")
            .Refuses(Errors.ConversationNotFound, Errors.NotAMember, Errors.RateLimited)
            .Handle(async (AcknowledgeEntries use, CommandCall call, Acknowledge body) =>
            {
                await use.AcknowledgeAsync(call.Caller, body.ConversationId, body.Seq, call.Ct);
            });
    }

    public async Task AcknowledgeAsync(Caller caller, Guid? conversationId, long? seq, CancellationToken ct)
    {
        new Check()
            .Required(conversationId, "conversation_id")
            .Required(seq, "seq")
            .That(seq is null or >= 0, "seq", "must not be negative")
            .Done();                                                              // 422
        limits.Take(Limit.Receipts, caller.UserId);                               // 429
        var conversation = conversationId!.Value;
        // A removed member may still acknowledge what was delivered before, so the cached roster is only the quick way.
        if (rosters.Cached(conversation)?.Has(caller.UserId) != true)
        {
            await rosters.MustHaveBeenMemberAsync(conversation, caller.UserId, ct); // 404, 403
        }

        cursors.Move(conversation, caller.UserId, caller.DeviceId, seq!.Value);
        await catchUp.NowAcknowledgesAsync(caller, ct);
    }

    private Task SettleAsync(CancellationToken ct) => cursors.FlushAsync(ct);
}
