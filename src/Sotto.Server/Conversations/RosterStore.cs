using Sotto.Contracts;
using Sotto.Server.Storage;

namespace Sotto.Server.Conversations;

internal sealed class RosterStore(Database database)
{
    public Task<long?> VersionAsync(Guid conversationId, CancellationToken ct) =>
        database.ReadAsync(
            session => session.ScalarAsync<long?>("select roster_version from heads where conversation_id = @conversationId", new { conversationId }), ct);

    /// <summary>Whether the user is a member, or was one.</summary>
    public Task<bool> WasMemberAsync(Guid conversationId, Guid userId, CancellationToken ct) =>
        database.ReadAsync(
            async session => await session.ScalarAsync<long>(
                "select count(*) from members where conversation_id = @conversationId and user_id = @userId", new { conversationId, userId }) > 0,
            ct);

    /// <summary>The group of exactly these people, the one used last if there are several.</summary>
    public Task<Guid?> FindGroupOfAsync(IReadOnlyList<Guid> userIds, CancellationToken ct) => database.ReadAsync(session => FindGroupOfAsync(session, userIds), ct);

    public static async Task<Guid?> FindGroupOfAsync(Session session, IReadOnlyList<Guid> userIds)
    {
        var rows = await session.ListAsync<Guid>(
            """
            select m.conversation_id
            from members m join conversations c on c.id = m.conversation_id
            where c.type = 'group' and m.left_seq is null and m.conversation_id in (
                select o.conversation_id from members o where o.user_id = @one and o.left_seq is null)
            group by m.conversation_id, c.updated_at
            having count(*) = @count and sum(case when m.user_id in @ids then 1 else 0 end) = @count
            order by c.updated_at desc limit 1
            """,
            new { one = userIds[0], count = (long)userIds.Count, ids = session.Ids(userIds) });
        return rows is [var id] ? id : null;
    }

    /// <summary>Reads the version first: should the roster change between the statements, the old version makes the next append fail and reload.</summary>
    public Task<Roster?> LoadAsync(Guid conversationId, CancellationToken ct) => database.ReadAsync(session => LoadAsync(session, conversationId), ct);

    internal static async Task<Roster?> LoadAsync(Session session, Guid conversationId)
    {
        var head = await session.FirstAsync<HeadRow>(
            """
            select h.roster_version, c.type, c.visibility, c.message_ttl_seconds
            from heads h join conversations c on c.id = h.conversation_id where h.conversation_id = @conversationId
            """,
            new { conversationId });
        if (head is null)
        {
            return null;
        }

        var rows = await session.ListAsync<MemberRow>(
            """
            select m.user_id, m.role, m.joined_seq, u.receipts_since, d.id as device_id, d.has_keys
            from members m
            join users u on u.id = m.user_id
            left join devices d on d.user_id = m.user_id and d.revoked_at is null
            where m.conversation_id = @conversationId and m.left_seq is null
            order by m.user_id
            """,
            new { conversationId });
        var members = rows.GroupBy(row => row.UserId).ToDictionary(
            person => person.Key,
            person => new RosterMember(
                person.Key, EnumText.Parse<MemberRole>(person.First().Role), person.First().JoinedSeq, person.First().ReceiptsSince,
                person.Where(row => row.DeviceId is not null).Select(row => new RosterDevice(row.DeviceId!.Value, row.HasKeys ?? false)).ToArray()));
        var type = EnumText.Parse<ConversationType>(head.Type);
        return new Roster(
            conversationId, head.RosterVersion, type, EnumText.Parse<ConversationVisibility>(head.Visibility), head.MessageTtlSeconds,
            type == ConversationType.Direct && await IsBlockedAsync(session, members.Keys), members);
    }

    /// <summary>The user's devices that have published keys.</summary>
    public static Task<IReadOnlyList<Guid>> KeyedDevicesAsync(Session session, Guid userId) =>
        session.ListAsync<Guid>("select id from devices where user_id = @userId and revoked_at is null and has_keys = true", new { userId });

    /// <summary>Gives the roster of each of the user's conversations a new version.</summary>
    /// <returns>Which these are.</returns>
    public static async Task<IReadOnlyList<Guid>> RaiseAllAsync(Session session, Guid userId)
    {
        // Locked in the order of conversations, as batches of entries do it, so that nobody waits crosswise.
        var ids = await session.ListAsync<Guid>(
            $"""
            select conversation_id from heads
            where conversation_id in (select conversation_id from members where user_id = @userId and left_seq is null)
            order by conversation_id {session.Dialect.ForUpdate}
            """,
            new { userId });
        foreach (var some in ids.Chunk(1000))
        {
            await session.ExecuteAsync("update heads set roster_version = roster_version + 1 where conversation_id in @ids", new { ids = session.Ids(some) });
        }

        return ids;
    }

    private static async Task<bool> IsBlockedAsync(Session session, IEnumerable<Guid> people)
    {
        var ids = session.Ids(people);
        return await session.ScalarAsync<long>("select count(*) from blocks where user_id in @ids and blocked_id in @ids", new { ids }) > 0;
    }

    private sealed class HeadRow
    {
        public long RosterVersion { get; init; }

        public string Type { get; init; } = "";

        public string Visibility { get; init; } = "";

        public long? MessageTtlSeconds { get; init; }
    }

    private sealed class MemberRow
    {
        public Guid UserId { get; init; }

        public string Role { get; init; } = "";

        public long JoinedSeq { get; init; }

        public long? ReceiptsSince { get; init; }

        public Guid? DeviceId { get; init; }

        public bool? HasKeys { get; init; }
    }
}
