using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Devices;
using Sotto.Server.Http;

namespace Sotto.Server.Conversations;

/// <summary>The devices a message must be wrapped for: <c>GET /conversations/{id}/devices</c>, with the version of the roster.</summary>
internal sealed class ListConversationDevices(Rosters rosters, DeviceDirectory directory)
{
    private const int UsersAtOnce = 1000;

    public static void Map(Routes routes) =>
        routes.Get("/conversations/{conversation_id}/devices", "Lists every active device of every member with its public keys.")
            .Refuses(Errors.ConversationNotFound, Errors.NotAMember)
            .Handle((ListConversationDevices use, Call call) => use.ListAsync(call.Caller, call.Id("conversation_id"), call.Ct));

    public async Task<ConversationDevices> ListAsync(Caller caller, Guid id, CancellationToken ct)
    {
        // The roster first: keys that change after it make its version an old one, never the list.
        var roster = await rosters.CurrentAsync(id, ct);                  // 404
        roster.MustHave(caller.UserId);                                   // 403
        var devices = new List<PublicDevice>();
        foreach (var users in roster.Members.Keys.Chunk(UsersAtOnce))
        {
            devices.AddRange(await directory.OfUsersAsync(users, ct));
        }

        return new ConversationDevices(id, roster.Version, devices);
    }
}
