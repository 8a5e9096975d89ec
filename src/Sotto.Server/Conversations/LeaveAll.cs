using Sotto.Contracts;
using Sotto.Server.Callers;

namespace Sotto.Server.Conversations;

/// <summary>
/// A user who is being erased leaves every conversation, direct ones too, as anybody leaves; cursors and memberships are erased. A direct
/// conversation stays for the other side.
/// </summary>
internal sealed class LeaveAll(RosterChanges changes, ConversationErasure erasure, MemberStore store) : IUserErased
{
    public async Task EraseUserAsync(Guid userId, CancellationToken ct)
    {
        foreach (var id in await store.ConversationsAsync(userId, ct))
        {
            await LeaveAsync(id, userId, ct);
        }

        await store.ForgetAsync(userId, ct);
    }

    private async Task LeaveAsync(Guid id, Guid userId, CancellationToken ct)
    {
        try
        {
            var wasLast = await changes.DecideAsync(
                id,
                async roster =>
                {
                    if (!roster.Has(userId))
                    {
                        return false;
                    }

                    await (roster.Count == 1 ? erasure.BeginAsync(roster, ct) : changes.RemoveAsync(roster, userId, userId, ct));
                    return roster.Count == 1;
                },
                ct);
            if (wasLast)
            {
                await erasure.FinishAsync(id);
            }
        }
        catch (RefusedException refused) when (refused.Error == Errors.ConversationNotFound)
        {
            // Somebody has erased it in the meantime.
        }
    }
}
