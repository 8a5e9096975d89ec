using Sotto.Contracts;
using Sotto.Server.Conversations;

namespace Sotto.Server.Delivery;

/// <summary>Lets the sockets of people who have become members follow the conversation before the entry that says so is passed on.</summary>
internal sealed class NewMembers(CatchUp catchUp, Rosters rosters)
{
    public async Task FollowAsync(PendingEntry committed, CancellationToken ct)
    {
        var action = SystemMessages.Read(committed.Entry);
        foreach (var userId in await JoinedByAsync(committed.Entry, action, ct))
        {
            await catchUp.FollowNewAsync(userId, committed.Entry, ct);
        }
    }

    private async Task<IEnumerable<Guid>> JoinedByAsync(Entry entry, SystemAction action, CancellationToken ct) => action.Action switch
    {
        SystemMessages.Created => (await rosters.CurrentAsync(entry.ConversationId, ct)).Members.Keys,
        SystemMessages.MemberAdded or SystemMessages.MemberJoined => action.UserIds ?? [action.By],
        _ => [],
    };
}
