using Sotto.Contracts;
using Sotto.Server.Storage;

namespace Sotto.Server.Conversations;

/// <summary>What an admin or moderator may change.</summary>
internal sealed record ConversationTexts(string? Title, string? Description, ConversationVisibility Visibility, long? TtlSeconds);

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

    public static Task ChangeAsync(Session session, Guid id, ConversationTexts texts, long now) =>
        session.ExecuteAsync(
            """
            update conversations set title = @Title, search_title = @search, description = @Description, visibility = @visibility,
                message_ttl_seconds = @TtlSeconds, updated_at = @now
            where id = @id
            """,
            new { id, texts.Title, search = SearchTitle.Of(texts.Title), texts.Description, visibility = EnumText.Of(texts.Visibility), texts.TtlSeconds, now });

    private sealed class TextsRow
    {
        public string? Title { get; init; }

        public string? Description { get; init; }

        public string Visibility { get; init; } = "";

        public long? MessageTtlSeconds { get; init; }
    }
}

/// <summary>The form of a title in which words are found by their beginning.</summary>
internal static class SearchTitle
{
    private static readonly char[] Wild = ['\\', '%', '_'];

    /// <summary>Every word has a blank before it.</summary>
    public static string? Of(string? title) => title is null ? null : " " + Fold(title);

    /// <summary>For <c>like @pattern escape '\'</c>.</summary>
    public static string Pattern(string query)
    {
        var folded = Fold(query);
        foreach (var wild in Wild)
        {
            folded = folded.Replace(wild.ToString(), "\\" + wild, StringComparison.Ordinal);
        }

        return $"% {folded}%";
    }

    private static string Fold(string text) => string.Join(' ', text.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
