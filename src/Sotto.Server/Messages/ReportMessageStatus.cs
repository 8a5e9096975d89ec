using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Conversations;
using Sotto.Server.Http;
using Sotto.Server.Limits;
using Sotto.Server.Sockets;
using Sotto.Server.Storage;

namespace Sotto.Server.Messages;

/// <summary>
/// Tells how far a message has come with the caller's device: <c>POST /messages/{id}/status</c> and the command <c>message_status</c>.
/// <c>delivered</c> and <c>read</c> cover every earlier message of the conversation; <c>failed</c> means this one only, until the device says better.
/// </summary>
internal sealed class ReportMessageStatus(RateLimits limits, Rosters rosters, Cursors cursors, MessageStore store, MessagePushes pushes, TimeProvider clock)
{
    public static void Map(Routes routes, CommandMap commands)
    {
        routes.Post("/messages/{message_id}/status", "Tells how far a message has come with this device.")
            .Refuses(Errors.MessageNotFound, Errors.NotAMember, Errors.RateLimited)
            .Handle(async (ReportMessageStatus use, Call call, StatusReport body) =>
            {
                await use.ReportAsync(call.Caller, call.Id("message_id"), body.Status, call.Ct);
                await use.SettleAsync(call.Ct);
            });

        commands.On("message_status", "Tells how far a message has come with this device.")
            .Refuses(Errors.MessageNotFound, Errors.NotAMember, Errors.RateLimited)
            .Handle((ReportMessageStatus use, CommandCall call, ReportStatus body) =>
            {
                new Check().Required(body.MessageId, "message_id").Done();
                return use.ReportAsync(call.Caller, body.MessageId!.Value, body.Status, call.Ct);
            });
    }

    public async Task ReportAsync(Caller caller, Guid messageId, MessageStatusType? status, CancellationToken ct)
    {
        new Check()
            .Required(status, "status")
            .That(status != MessageStatusType.Sent, "status", "must be delivered, read or failed")
            .Done();                                                              // 422
        limits.Take(Limit.Receipts, caller.UserId);                               // 429
        var message = await store.MustFindAsync(messageId, clock.NowMs(), ct);    // 404
        var roster = await rosters.CurrentAsync(message.ConversationId, ct);
        roster.MustSee(caller.UserId, message);                                   // 403
        if (status == MessageStatusType.Failed)
        {
            if (message.SenderId != caller.UserId && await store.AddFailureAsync(messageId, caller.UserId, caller.DeviceId, clock.NowMs(), ct))
            {
                await pushes.StatusAsync(message, caller, MessageStatusType.Failed, clock.NowMs(), ct);
            }

            return;
        }

        cursors.Move(
            message.ConversationId, caller.UserId, caller.DeviceId, message.Seq, status == MessageStatusType.Read ? message.Seq : 0);
        if (await store.RemoveFailuresAsync(messageId, caller.UserId, caller.DeviceId, ct))
        {
            await pushes.StatusAsync(message, caller, MessageStatusType.Delivered, clock.NowMs(), ct);
        }
    }

    /// <summary>A REST answer is given when the cursors are on disk.</summary>
    private Task SettleAsync(CancellationToken ct) => cursors.FlushAsync(ct);
}
