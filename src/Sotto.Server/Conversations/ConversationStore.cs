using Sotto.Contracts;
using Sotto.Server.Storage;

namespace Sotto.Server.Conversations;

/// <summary>The rows of conversations and of their heads.</summary>
internal sealed class ConversationStore(Database database)
{
    /// <summary>Makes the conversation's rows; its first entry takes seq 1 and roster version 1.</summary>
    /// <returns>False when the two have a direct conversation already.</returns>
    public static async Task<bool> AddAsync(Session session, Guid id, ConversationPlan plan, Guid creatorId, long now)
    {
        var added = await session.ExecuteAsync(
            """
            insert into conversations (id, type, visibility, title, search_title, description, creator_id, direct_key, message_ttl_seconds, created_at, updated_at)
            values (@id, @type, @visibility, @Title, @search, @Description, @creatorId, @directKey, @TtlSeconds, @now, @now)
            on conflict (direct_key) do nothing
            """,
            new
            {
                id, type = EnumText.Of(plan.Type), visibility = EnumText.Of(plan.Visibility), plan.Title, search = SearchTitle.Of(plan.Title), plan.Description,
                creatorId, directKey = plan.DirectKey(creatorId), plan.TtlSeconds, now,
            });
        if (added == 1)
        {
            await session.ExecuteAsync("insert into heads (conversation_id, last_seq, roster_version) values (@id, 0, 0)", new { id });
        }

        return added == 1;
    }

    /// <summary>The direct conversation of two people.</summary>
    public async Task<Guid?> FindDirectAsync(string directKey, CancellationToken ct)
    {
        var rows = await database.ReadAsync(
            session => session.ListAsync<Guid>("select id from conversations where direct_key = @directKey", new { directKey }), ct);
        return rows is [var id] ? id : null;
    }

    public async Task<ConversationTexts?> TextsAsync(Guid id, CancellationToken ct)
    {
        var row = await database.ReadAsync(
            session => session.FirstAsync<TextsRow>("select title, description, visibility, message_ttl_seconds from conversations where id = @id", new { id }), ct);
        return row is null
            ? null
            : new ConversationTexts(row.Title, row.Description, EnumText.Parse<ConversationVisibility>(row.Visibility), row.MessageTtlSeconds);
    }

    /// <summary>Changes what is named and leaves the rest, so that two who change different things at once both succeed.</summary>
    public static Task ChangeAsync(Session session, Guid id, ConversationChanges changes, long now)
    {
        var title = NewConversationRules.Text(changes.Title);
        var set = "updated_at = @now"
            + (changes.Title is null ? "" : ", title = @title, search_title = @search")
            + (changes.Description is null ? "" : ", description = @description")
            + (changes.Visibility is null ? "" : ", visibility = @visibility")
            + (changes.MessageTtlSeconds is null ? "" : ", message_ttl_seconds = @ttl");
        return session.ExecuteAsync(
            $"update conversations set {set} where id = @id",
            new
            {
                id, now, title, search = SearchTitle.Of(title), description = NewConversationRules.Text(changes.Description),
                visibility = changes.Visibility is { } visibility ? EnumText.Of(visibility) : null, ttl = NewConversationRules.Ttl(changes.MessageTtlSeconds),
            });
    }

    private sealed class TextsRow
    {
        public string? Title { get; init; }

        public string? Description { get; init; }

        public string Visibility { get; init; } = "";

        public long? MessageTtlSeconds { get; init; }
    }
}
