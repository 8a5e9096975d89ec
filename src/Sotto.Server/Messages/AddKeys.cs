using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Conversations;
using Sotto.Server.Http;
using Sotto.Server.Limits;
using Sotto.Server.Sockets;
using Sotto.Server.Storage;

namespace Sotto.Server.Messages;

/// <summary>
/// Adds wrapped keys for devices that came later or could not read: <c>POST /messages/{id}/keys</c>, by a device of the sender, or of the very
/// user the keys are for. The devices addressed get <c>message_updated</c>.
/// </summary>
internal sealed class AddKeys(RateLimits limits, Rosters rosters, MessageStore store, Database database, MessagePushes pushes, TimeProvider clock)
{
    public static void Map(Routes routes) =>
        routes.Post("/messages/{message_id}/keys", "Adds wrapped keys to a message, for devices that came later.")
            .Refuses(Errors.MessageNotFound, Errors.NotAMember, Errors.PermissionDenied, Errors.MessageDeleted, Errors.RateLimited)
            .Handle((AddKeys use, Call call, AddedKeys body) => use.AddAsync(call.Caller, call.Id("message_id"), body, call.Ct));

    public async Task AddAsync(Caller caller, Guid messageId, AddedKeys body, CancellationToken ct)
    {
        new Check().That(body.RecipientKeys is { Count: > 0 }, "recipient_keys", "must have at least one entry").Done(); // 422
        var keys = body.RecipientKeys!;
        var message = await store.MustFindAsync(messageId, clock.NowMs(), ct);    // 404
        var roster = await rosters.CurrentAsync(message.ConversationId, ct);
        roster.MustSee(caller.UserId, message);                                   // 403
        MustBeAllowed(roster, caller.UserId, message, keys);                      // 403, 422
        limits.Take(Limit.Receipts, caller.UserId);                               // 429
        var updated = await database.WriteAsync(session => MessageStore.AddKeysAsync(session, messageId, keys), ct)
            ?? throw Errors.MessageDeleted.Because("The message was deleted.");   // 409
        await pushes.KeysAddedAsync(updated, keys, ct);
    }

    private static void MustBeAllowed(Roster roster, Guid userId, Entry message, PackedKeys keys)
    {
        for (var i = 0; i < keys.Count; i++)
        {
            var recipient = keys.UserAt(i);
            if (message.SenderId != userId && recipient != userId)
            {
                throw Errors.PermissionDenied.Because("Only the sender adds keys for others; you may add keys for your own devices.");
            }

            if (!roster.Members.TryGetValue(recipient, out var member) || member.JoinedSeq > message.Seq || !member.Devices.Any(device => device.DeviceId == keys.DeviceAt(i)))
            {
                throw Errors.ValidationError.Because(
                    "A wrapped key is for a device of nobody who may read the message.", ($"recipient_keys[{i}]", "is for no device of a reader"));
            }
        }
    }
}
