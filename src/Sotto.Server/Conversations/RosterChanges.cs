using Sotto.Contracts;
using Sotto.Server.Storage;

namespace Sotto.Server.Conversations;

/// <summary>Writes changes of a conversation's members: the system entry and the rows in one transaction, decided on one roster.</summary>
internal sealed class RosterChanges(Rosters rosters, ConversationLog log, TimeProvider clock)
{
    /// <summary>Decides on the current roster; see <see cref="Rosters.AloneAsync{T}"/>.</summary>
    public Task<T> DecideAsync<T>(Guid conversationId, Func<Roster, Task<T>> decide, CancellationToken ct) =>
        rosters.AloneAsync(conversationId, decide, ct);

    /// <summary>Appends the entry and writes what belongs to it. The roster's version rises.</summary>
    /// <param name="also">Knows the entry's seq, from which on, or up to which, somebody sees the conversation.</param>
    /// <param name="movesRoster">False for a change that rosters know nothing of: their version stays.</param>
    public async Task<Entry> AppendAsync(
        Roster roster, SystemAction action, Func<Session, Entry, Task> also, CancellationToken ct, bool movesRoster = true)
    {
        var pending = new PendingEntry(SystemMessages.Make(roster.ConversationId, action, clock), roster.Version)
        {
            ChangesRoster = movesRoster,
            Also = (session, written) => also(session, written.Entry),
        };
        await log.AppendAsync(pending, ct);
        rosters.Forget(roster.ConversationId);
        return pending.Entry;
    }

    /// <summary>Makes people members by one entry.</summary>
    /// <param name="also">What else is written with it; a refusal thrown here refuses all.</param>
    public Task<Entry> AddAsync(Roster roster, SystemAction action, IReadOnlyList<Guid> userIds, Func<Session, Task> also, CancellationToken ct)
    {
        roster.MustHaveRoomFor(userIds.Count);
        return AppendAsync(
            roster,
            action,
            async (session, entry) =>
            {
                await also(session);
                await MemberStore.AddAsync(session, entry, userIds, action.Role ?? MemberRole.Member, clock);
            },
            ct);
    }

    /// <summary>Takes somebody out; the last admin hands over.</summary>
    public Task<Entry> RemoveAsync(Roster roster, Guid by, Guid userId, CancellationToken ct)
    {
        var successor = roster.SuccessorOf(userId);
        var action = new SystemAction(
            by == userId ? SystemMessages.MemberLeft : SystemMessages.MemberRemoved, by, [userId], NewAdminId: successor);
        return AppendAsync(
            roster,
            action,
            async (session, entry) =>
            {
                await MemberStore.LeaveAsync(session, entry, userId);
                await InviteStore.VoidOfAsync(session, roster.ConversationId, userId);
                if (successor is { } admin)
                {
                    await MemberStore.SetRoleAsync(session, roster.ConversationId, admin, MemberRole.Admin);
                }
            },
            ct);
    }
}
