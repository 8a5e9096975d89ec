using Sotto.Server.Storage;

namespace Sotto.Server.Conversations;

/// <summary>Reads logs in order.</summary>
internal sealed class LogReadStore(Database database, TimeProvider clock)
{
    /// <summary>Entries with <paramref name="after"/> &lt; seq ≤ <paramref name="through"/>, in order, without those whose time is over.</summary>
    public Task<IReadOnlyList<Entry>> AfterAsync(Guid conversationId, long after, long through, int limit, CancellationToken ct) =>
        database.ReadAsync(
            session => session.ListAsync<Entry>(
                $"""
                select {LogStore.Columns} from entries
                where conversation_id = @conversationId and seq > @after and seq <= @through and (expires_at is null or expires_at > @now)
                order by seq limit @limit
                """,
                new { conversationId, after, through, limit, now = clock.NowMs() }),
            ct);

    public Task<IReadOnlyList<Entry>> ByIdsAsync(IEnumerable<Guid> ids, CancellationToken ct) =>
        database.ReadAsync(
            session => session.ListAsync<Entry>($"select {LogStore.Columns} from entries where id in @ids", new { ids = session.Ids(ids) }), ct);

    /// <summary>Where messages stand in their logs; those that are gone are missing.</summary>
    public async Task<IReadOnlyDictionary<Guid, long>> SeqsAsync(IReadOnlyCollection<Guid> ids, CancellationToken ct)
    {
        var rows = await database.ReadAsync(
            session => session.ListAsync<SeqRow>("select id, seq from entries where id in @ids", new { ids = session.Ids(ids) }), ct);
        return rows.ToDictionary(row => row.Id, row => row.Seq);
    }

    /// <summary>The last seq of each conversation that exists.</summary>
    public async Task<IReadOnlyDictionary<Guid, long>> HeadsAsync(IEnumerable<Guid> conversationIds, CancellationToken ct)
    {
        var heads = new Dictionary<Guid, long>();
        foreach (var chunk in conversationIds.Chunk(1000))
        {
            var rows = await database.ReadAsync(
                session => session.ListAsync<HeadRow>(
                    "select conversation_id, last_seq from heads where conversation_id in @ids", new { ids = session.Ids(chunk) }),
                ct);
            foreach (var row in rows)
            {
                heads[row.ConversationId] = row.LastSeq;
            }
        }

        return heads;
    }

    /// <summary>What all members see alike of a conversation.</summary>
    public Task<ConversationFacts?> FactsAsync(Guid conversationId, CancellationToken ct) =>
        database.ReadAsync(
            session => session.FirstAsync<ConversationFacts>(
                """
                select c.title, c.description, c.visibility, c.message_ttl_seconds, h.roster_version
                from conversations c join heads h on h.conversation_id = c.id where c.id = @conversationId
                """,
                new { conversationId }),
            ct);

    /// <summary>The last edit or deletion of each of these messages.</summary>
    public async Task<IReadOnlyDictionary<Guid, long>> LastChangesAsync(IReadOnlyCollection<Guid> ids, CancellationToken ct)
    {
        var rows = await database.ReadAsync(
            session => session.ListAsync<SeqRow>(
                "select target_id as id, max(seq) as seq from entries where target_id in @ids and kind in (2, 3) group by target_id", new { ids = session.Ids(ids) }),
            ct);
        return rows.ToDictionary(row => row.Id, row => row.Seq);
    }

    private sealed class SeqRow
    {
        public Guid Id { get; init; }

        public long Seq { get; init; }
    }

    private sealed class HeadRow
    {
        public Guid ConversationId { get; init; }

        public long LastSeq { get; init; }
    }
}

/// <summary>What all members see alike of a conversation.</summary>
internal sealed class ConversationFacts
{
    public string? Title { get; init; }

    public string? Description { get; init; }

    public string Visibility { get; init; } = "";

    public long? MessageTtlSeconds { get; init; }

    public long RosterVersion { get; init; }
}
