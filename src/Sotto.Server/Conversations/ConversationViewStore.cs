using Sotto.Contracts;
using Sotto.Server.Storage;

namespace Sotto.Server.Conversations;

/// <summary>Which conversations a list wants.</summary>
internal sealed record ConversationQuery(
    Guid UserId, ListedConversations Which, ConversationType? Type, ConversationVisibility? Visibility, bool? Archived, string? Title, int Skip, int Limit, long Now);

internal enum ListedConversations
{
    /// <summary>Those the user is a member of, the latest activity first.</summary>
    Own,

    /// <summary>Public ones, by title.</summary>
    Public,

    /// <summary>Support conversations that no agent has joined, the one waiting longest first.</summary>
    Unassigned,
}

/// <summary>A conversation as one user sees it.</summary>
internal sealed class ConversationViewRow
{
    public Guid Id { get; init; }

    public string? Title { get; init; }

    public string? Description { get; init; }

    public string Type { get; init; } = "";

    public string Visibility { get; init; } = "";

    public Guid CreatorId { get; init; }

    public long? MessageTtlSeconds { get; init; }

    public long CreatedAt { get; init; }

    public long UpdatedAt { get; init; }

    public long RosterVersion { get; init; }

    public long LastSeq { get; init; }

    public long MemberCount { get; init; }

    public Guid? LastMessageId { get; init; }

    public long? LastActivity { get; init; }

    public Guid? MemberId { get; init; }

    public string? Role { get; init; }

    public long? JoinedAt { get; init; }

    public bool? IsMuted { get; init; }

    public bool? Archived { get; init; }

    public long UnreadCount { get; init; }

    public Guid? LastReadMessageId { get; init; }

    public Conversation ToConversation(Guid userId) => new(
        Id, Title, Description, EnumText.Parse<ConversationType>(Type), EnumText.Parse<ConversationVisibility>(Visibility), CreatorId, (int)MemberCount,
        LastMessageId, Times.FromMs(LastActivity), Archived ?? false, MessageTtlSeconds, RosterVersion, LastSeq, Times.FromMs(CreatedAt),
        Times.FromMs(Math.Max(UpdatedAt, LastActivity ?? 0)), Membership(userId));

    private ConversationMember? Membership(Guid userId) => MemberId is { } id
        ? new ConversationMember(
            id, Id, userId, EnumText.Parse<MemberRole>(Role!), Times.FromMs(JoinedAt!.Value), LastReadMessageId, UnreadCount, IsMuted ?? false)
        : null;
}

internal sealed class ConversationViewStore(Database database)
{
    // The newest entry that shows in the timeline; expired ones don't, though their rows go a little later.
    private const string Shown = "e.kind < 2 and e.seq >= m.joined_seq and (e.expires_at is null or e.expires_at > @now)";

    private const string View =
        $"""
        select c.id, c.title, c.description, c.type, c.visibility, c.creator_id, c.message_ttl_seconds, c.created_at, c.updated_at,
            h.roster_version, h.last_seq,
            (select count(*) from members o where o.conversation_id = c.id and o.left_seq is null) as member_count,
            l.id as last_message_id, l.created_at as last_activity,
            m.id as member_id, m.role, m.joined_at, m.is_muted, m.archived,
            (select count(*) from entries e where e.conversation_id = m.conversation_id and e.seq > coalesce(p.read_seq, 0) and e.kind = 0
                and not e.deleted and e.sender_id <> @userId and {Shown}) as unread_count,
            (select e.id from entries e where e.conversation_id = m.conversation_id and e.seq <= p.read_seq and {Shown}
                order by e.seq desc limit 1) as last_read_message_id
        from conversations c
        join heads h on h.conversation_id = c.id
        left join members m on m.conversation_id = c.id and m.user_id = @userId and m.left_seq is null
        left join (select conversation_id, max(read_seq) as read_seq from cursors where user_id = @userId group by conversation_id) p
            on p.conversation_id = c.id
        left join entries l on l.conversation_id = m.conversation_id and l.seq = (select e.seq from entries e
            where e.conversation_id = m.conversation_id and {Shown} order by e.seq desc limit 1)
        where c.id in @ids
        """;

    /// <summary>These conversations as the user sees them, in no order; one statement however many.</summary>
    public Task<IReadOnlyList<ConversationViewRow>> ViewAsync(Guid userId, IEnumerable<Guid> conversationIds, long now, CancellationToken ct) =>
        database.ReadAsync(session => session.ListAsync<ConversationViewRow>(View, new { userId, now, ids = session.Ids(conversationIds) }), ct);

    /// <summary>The ids of a page, in order, and how many match.</summary>
    public Task<(IReadOnlyList<Guid> Ids, long Count)> ListAsync(ConversationQuery query, CancellationToken ct)
    {
        var args = new
        {
            query.UserId, query.Skip, query.Limit, query.Archived, now = query.Now,
            type = query.Type is { } type ? EnumText.Of(type) : null,
            visibility = query.Visibility is { } visibility ? EnumText.Of(visibility) : null,
            title = query.Title is { } title ? SearchTitle.Pattern(title) : null,
        };
        var (from, order) = query.Which switch
        {
            ListedConversations.Public => ("from conversations c where c.visibility = 'public'", "coalesce(c.search_title, ''), c.id"),
            ListedConversations.Unassigned => (Unassigned, "c.created_at, c.id"),
            _ => (Own, OwnOrder),
        };
        var where = from
            + (args.type is null ? "" : " and c.type = @type")
            + (args.visibility is null ? "" : " and c.visibility = @visibility")
            + (args.title is null ? "" : " and c.search_title like @title escape '\\'")
            + (query.Archived is null || query.Which != ListedConversations.Own ? "" : " and m.archived = @Archived");
        return database.ReadAsync(
            async session => (
                await session.ListAsync<Guid>($"select c.id {where} order by {order} limit @Limit offset @Skip", args),
                await session.ScalarAsync<long>($"select count(*) {where}", args)),
            ct);
    }

    private const string Own = "from members m join conversations c on c.id = m.conversation_id where m.user_id = @UserId and m.left_seq is null";

    private const string OwnOrder =
        $"""
        coalesce((select e.created_at from entries e where e.conversation_id = m.conversation_id and {Shown} order by e.seq desc limit 1), c.created_at) desc,
        c.id desc
        """;

    private const string Unassigned =
        """
        from conversations c where c.type = 'support' and not exists (
            select 1 from members o join users u on u.id = o.user_id
            where o.conversation_id = c.id and o.left_seq is null and o.user_id <> c.creator_id and u.role = 'agent')
        """;
}
