using Sotto.Contracts;
using Sotto.Server.Storage;

namespace Sotto.Server.Presence;

/// <summary>A conversation through which others may see whether a user is there.</summary>
internal sealed class SharedRow
{
    public Guid ConversationId { get; init; }

    /// <summary>Direct, or a group of at most 100: everybody in it is told. Else only those who have joined it.</summary>
    public bool IsSmall { get; init; }
}

internal sealed class PresenceStore(Database database)
{
    /// <summary>Where a user can be seen; not in a direct conversation in which one has blocked the other.</summary>
    public Task<IReadOnlyList<SharedRow>> SharedAsync(Guid userId, CancellationToken ct) =>
        database.ReadAsync(
            session => session.ListAsync<SharedRow>(
                """
                select m.conversation_id,
                    (c.type = 'direct' or (c.type = 'group'
                        and (select count(*) from members o where o.conversation_id = m.conversation_id and o.left_seq is null) <= @small)) as is_small
                from members m join conversations c on c.id = m.conversation_id
                where m.user_id = @userId and m.left_seq is null
                    and (c.type <> 'direct' or not exists (
                        select 1 from members p join blocks b on (b.user_id = p.user_id and b.blocked_id = @userId) or (b.blocked_id = p.user_id and b.user_id = @userId)
                        where p.conversation_id = m.conversation_id and p.user_id <> @userId))
                """,
                new { userId, small = (long)Sizes.PresenceMembers }),
            ct);
}
