using Sotto.Server.Storage;

namespace Sotto.Server.Attachments;

/// <summary>The rows of attachments and of the messages that name them. What has expired doesn't exist for anybody, though its row goes a little later.</summary>
internal sealed class AttachmentStore(Database database)
{
    private const string Columns = "id, owner_id, file_size, content_type, sha256, received, store_state, is_whole, created_at, expires_at";

    public Task<Attachment?> FindAsync(Guid id, CancellationToken ct) => database.ReadAsync(
        session => session.FirstAsync<Attachment>($"select {Columns} from attachments where id = @id and {Lives(session)}", new { id }), ct);

    /// <summary>What a user has stored, or may come to store by uploads that are open.</summary>
    public static async Task<long> UsedAsync(Session session, Guid ownerId) =>
        await session.ScalarAsync<long?>($"select cast(sum(file_size) as bigint) from attachments where owner_id = @ownerId and {Lives(session)}", new { ownerId }) ?? 0;

    /// <returns>The row, with the database's times.</returns>
    public static async Task<Attachment> AddAsync(Session session, Attachment draft, TimeSpan life)
    {
        var now = await session.ScalarAsync<long>($"select {session.Dialect.NowMs}");
        var row = draft with { CreatedAt = now, ExpiresAt = now + (long)life.TotalMilliseconds };
        await session.ExecuteAsync(
            $"""
            insert into attachments ({Columns})
            values (@Id, @OwnerId, @FileSize, @ContentType, @Sha256, @Received, @StoreState, @IsWhole, @CreatedAt, @ExpiresAt)
            """,
            new { row.Id, row.OwnerId, row.FileSize, row.ContentType, row.Sha256, row.Received, row.StoreState, row.IsWhole, row.CreatedAt, row.ExpiresAt });
        return row;
    }

    /// <summary>Writes down how far an upload is.</summary>
    /// <returns>False when it is no longer where it was <paramref name="before"/>: another node writes to it, or it is gone.</returns>
    public Task<bool> AdvanceAsync(Attachment before, Attachment after, CancellationToken ct) => database.WriteAsync(
        async session => await session.ExecuteAsync(
            $"""
            update attachments set received = @received, store_state = @state, is_whole = @whole
            where id = @Id and received = @had and is_whole = @wasWhole and {Lives(session)}
            """,
            new
            {
                before.Id, had = before.Received, wasWhole = before.IsWhole, received = after.Received, state = after.StoreState, whole = after.IsWhole,
            }) == 1,
        ct);

    /// <summary>Ends an upload that no message names; its bytes are collected.</summary>
    /// <returns>False when a message names it, or it is gone.</returns>
    public Task<bool> GiveUpAsync(Guid id, CancellationToken ct) => database.WriteAsync(
        async session => await session.ExecuteAsync($"update attachments set expires_at = {session.Dialect.NowMs} where id = @id and expires_at is not null", new { id }) == 1, ct);

    /// <summary>Notes that a message names these, within the transaction that stores the message.</summary>
    /// <returns>Those that its sender hasn't uploaded, or not whole.</returns>
    public static async Task<IReadOnlyList<Guid>> ClaimAsync(Session session, Guid messageId, Guid ownerId, IEnumerable<Guid> ids)
    {
        var missing = new List<Guid>();
        foreach (var id in ids)
        {
            var claimed = await session.ExecuteAsync(
                $"update attachments set expires_at = null where id = @id and owner_id = @ownerId and is_whole = true and {Lives(session)}", new { id, ownerId });
            if (claimed == 0)
            {
                missing.Add(id);
                continue;
            }

            await session.ExecuteAsync("insert into attachment_claims (attachment_id, message_id) values (@id, @messageId)", new { id, messageId });
        }

        return missing;
    }

    /// <summary>Takes these messages' claims back; what no other message names is gone with this transaction.</summary>
    public static async Task ReleaseAsync(Session session, IEnumerable<Guid> messageIds)
    {
        var messages = session.Ids(messageIds);
        var named = await session.ListAsync<Guid>("select distinct attachment_id from attachment_claims where message_id in @messages", new { messages });
        if (named.Count == 0)
        {
            return;
        }

        // The rows' locks first: two messages that name one file may go at the same time.
        var ids = session.Ids(named.Order());
        await session.ListAsync<Guid>($"select id from attachments where id in @ids order by id {session.Dialect.ForUpdate}", new { ids });
        await session.ExecuteAsync("delete from attachment_claims where message_id in @messages", new { messages });
        await session.ExecuteAsync(
            $"""
            update attachments set expires_at = {session.Dialect.NowMs}
            where id in @ids and expires_at is null and not exists (select 1 from attachment_claims where attachment_id = attachments.id)
            """,
            new { ids });
    }

    /// <summary>Everything of a user's is gone.</summary>
    public Task ForgetOwnerAsync(Guid ownerId, CancellationToken ct) => database.WriteAsync(
        async session =>
        {
            await session.ExecuteAsync(
                "delete from attachment_claims where attachment_id in (select id from attachments where owner_id = @ownerId)", new { ownerId });
            await session.ExecuteAsync($"update attachments set expires_at = {session.Dialect.NowMs} where owner_id = @ownerId and {Lives(session)}", new { ownerId });
        },
        ct);

    /// <summary>The messages that name an attachment, the newest first.</summary>
    public Task<IReadOnlyList<ClaimRow>> ClaimsAsync(Guid id, int atMost, CancellationToken ct) => database.ReadAsync(
        session => session.ListAsync<ClaimRow>(
            $"""
            select e.conversation_id, e.seq from attachment_claims c join entries e on e.id = c.message_id
            where c.attachment_id = @id and e.deleted = false and (e.expires_at is null or e.expires_at > {session.Dialect.NowMs})
            order by e.id desc limit @atMost
            """,
            new { id, atMost }),
        ct);

    /// <summary>Gone, but still there.</summary>
    public Task<IReadOnlyList<Attachment>> GoneAsync(int atMost, CancellationToken ct) => database.ReadAsync(
        session => session.ListAsync<Attachment>(
            $"select {Columns} from attachments where expires_at <= {session.Dialect.NowMs} order by expires_at limit @atMost", new { atMost }),
        ct);

    /// <summary>The last of it.</summary>
    public Task EraseAsync(Guid id, CancellationToken ct) =>
        database.WriteAsync(session => session.ExecuteAsync($"delete from attachments where id = @id and expires_at <= {session.Dialect.NowMs}", new { id }), ct);

    public Task<IReadOnlyList<Attachment>> OfOwnerAsync(Guid ownerId, CancellationToken ct) => database.ReadAsync(
        session => session.ListAsync<Attachment>($"select {Columns} from attachments where owner_id = @ownerId and {Lives(session)} order by id", new { ownerId }), ct);

    private static string Lives(Session session) => $"(expires_at is null or expires_at > {session.Dialect.NowMs})";
}

/// <summary>Where a message stands that names an attachment.</summary>
internal sealed class ClaimRow
{
    public Guid ConversationId { get; init; }

    public long Seq { get; init; }
}
