using Sotto.Contracts;
using Sotto.Server.Storage;

namespace Sotto.Server.Conversations;

internal sealed class MemberRow
{
    public Guid Id { get; init; }

    public Guid ConversationId { get; init; }

    public Guid UserId { get; init; }

    public string Role { get; init; } = "";

    public long JoinedAt { get; init; }

    /// <summary>As others see it: what is the member's own is not shown.</summary>
    public ConversationMember ToMember() =>
        new(Id, ConversationId, UserId, EnumText.Parse<MemberRole>(Role), Times.FromMs(JoinedAt), null, 0, IsMuted: false);
}

internal sealed class MemberStore(Database database)
{
    private const string Columns = "id, conversation_id, user_id, role, joined_at";

    // Who comes back begins anew: what lay between is not shown.
    private const string Add =
        """
        insert into members (id, conversation_id, user_id, role, joined_at, joined_seq, left_seq, is_muted, archived)
        values (@Id, @ConversationId, @UserId, @Role, @JoinedAt, @JoinedSeq, null, false, false)
        on conflict (conversation_id, user_id) do update set
            id = excluded.id, role = excluded.role, joined_at = excluded.joined_at, joined_seq = excluded.joined_seq, left_seq = null,
            is_muted = false, archived = false
        where members.left_seq is not null
        """;

    /// <summary>Makes people members from this entry on.</summary>
    public static Task AddAsync(Session session, Entry joining, IReadOnlyList<Guid> userIds, MemberRole role, TimeProvider clock) =>
        session.ExecuteAsync(
            Add,
            userIds.Select(userId => new
            {
                Id = Ids.New(clock), joining.ConversationId, UserId = userId, Role = EnumText.Of(role), JoinedAt = joining.CreatedAt, JoinedSeq = joining.Seq,
            }));

    /// <summary>The member sees nothing after this entry.</summary>
    public static Task LeaveAsync(Session session, Entry leaving, Guid userId) =>
        session.ExecuteAsync(
            "update members set left_seq = @Seq where conversation_id = @ConversationId and user_id = @userId and left_seq is null",
            new { leaving.Seq, leaving.ConversationId, userId });

    public static Task SetRoleAsync(Session session, Guid conversationId, Guid userId, MemberRole role) =>
        session.ExecuteAsync(
            "update members set role = @role where conversation_id = @conversationId and user_id = @userId and left_seq is null",
            new { conversationId, userId, role = EnumText.Of(role) });

    /// <summary>Changes what is the member's own; null stays.</summary>
    /// <returns>False for who is no member.</returns>
    public Task<bool> SetOwnAsync(Guid conversationId, Guid userId, bool? archived, bool? isMuted, CancellationToken ct) =>
        database.WriteAsync(
            async session => await session.ExecuteAsync(
                """
                update members set archived = coalesce(@archived, archived), is_muted = coalesce(@isMuted, is_muted)
                where conversation_id = @conversationId and user_id = @userId and left_seq is null
                """,
                new { conversationId, userId, archived, isMuted }) > 0,
            ct);

    /// <summary>Members, the longest-standing first.</summary>
    public Task<IReadOnlyList<MemberRow>> ListAsync(Guid conversationId, int skip, int limit, CancellationToken ct) =>
        database.ReadAsync(
            session => session.ListAsync<MemberRow>(
                $"""
                select {Columns} from members where conversation_id = @conversationId and left_seq is null
                order by joined_seq, user_id limit @limit offset @skip
                """,
                new { conversationId, skip, limit }),
            ct);

    /// <summary>Those of these people who are members, the longest-standing first.</summary>
    public Task<IReadOnlyList<MemberRow>> FindAsync(Guid conversationId, IEnumerable<Guid> userIds, CancellationToken ct) =>
        database.ReadAsync(
            session => session.ListAsync<MemberRow>(
                $"select {Columns} from members where conversation_id = @conversationId and user_id in @ids and left_seq is null order by joined_seq, user_id",
                new { conversationId, ids = session.Ids(userIds) }),
            ct);

    /// <summary>The conversations that the user is a member of.</summary>
    public Task<IReadOnlyList<Guid>> ConversationsAsync(Guid userId, CancellationToken ct) =>
        database.ReadAsync(
            session => session.ListAsync<Guid>(
                "select conversation_id from members where user_id = @userId and left_seq is null order by conversation_id", new { userId }),
            ct);

    /// <summary>Erases what is left of somebody who has left everything.</summary>
    public Task ForgetAsync(Guid userId, CancellationToken ct) =>
        database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync("delete from cursors where user_id = @userId", new { userId });
                await session.ExecuteAsync("delete from members where user_id = @userId and left_seq is not null", new { userId });
                await session.ExecuteAsync("delete from invites where created_by = @userId", new { userId });
            },
            ct);
}
