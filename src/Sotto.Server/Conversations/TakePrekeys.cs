using System.Text.Json.Nodes;
using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Devices;
using Sotto.Server.Http;

namespace Sotto.Server.Conversations;

/// <summary>
/// What a sender needs to open sessions with devices of the conversation: <c>POST /conversations/{id}/prekeys</c>. Each one-time prekey goes to one
/// asker only.
/// </summary>
internal sealed class TakePrekeys(Rosters rosters, Prekeys prekeys)
{
    public static void Map(Routes routes) =>
        routes.Post("/conversations/{conversation_id}/prekeys", "Hands out one prekey bundle for each named device of the members.")
            .Once().Refuses(Errors.ConversationNotFound, Errors.NotAMember, Errors.DeviceNotFound, Errors.RateLimited)
            .Handle((TakePrekeys use, Call call, PrekeyRequest body) => use.TakeAsync(call.Caller, call.Id("conversation_id"), body, call.Ct));

    public async Task<PrekeyBundles> TakeAsync(Caller caller, Guid id, PrekeyRequest body, CancellationToken ct)
    {
        new Check()
            .Required(body.DeviceIds, "device_ids")
            .That(body.DeviceIds is null or { Count: > 0 and <= Sizes.RecipientKeys }, "device_ids", $"must name 1 to {Sizes.RecipientKeys} devices")
            .Done();                                                      // 422
        var roster = await rosters.CurrentAsync(id, ct);                  // 404
        roster.MustHave(caller.UserId);                                   // 403
        var members = roster.Members.Values.SelectMany(member => member.Devices).Select(device => device.DeviceId).ToHashSet();
        var strange = body.DeviceIds!.Where(device => !members.Contains(device)).Distinct().ToArray();
        if (strange.Length > 0)
        {
            throw Errors.DeviceNotFound.With(                             // 404
                "Some of these are no devices of members.", new JsonObject { ["device_ids"] = new JsonArray([.. strange.Select(device => JsonValue.Create(device))]) });
        }

        return await prekeys.HandOutAsync(caller.DeviceId, body.DeviceIds!.ToArray(), ct);   // 429
    }
}
