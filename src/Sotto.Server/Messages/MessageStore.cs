using Sotto.Contracts;
using Sotto.Server.Attachments;
using Sotto.Server.Conversations;
using Sotto.Server.Storage;

namespace Sotto.Server.Messages;

/// <summary>Which messages of a conversation a list wants.</summary>
internal sealed record MessageQuery(Guid ConversationId, long FromSeq, long? BeforeSeq, long? AfterSeq, int Skip, int Limit, bool Ascending, long Now);

internal sealed class MessageStore(Database database)
{
    // Messages and system messages; what has expired is gone at once, though its row goes a little later.
    private const string Visible = "kind < 2 and (expires_at is null or expires_at > @Now)";

    public Task<Entry?> FindAsync(Guid id, long now, CancellationToken ct) =>
        database.ReadAsync(
            session => session.FirstAsync<Entry>($"select {LogStore.Columns} from entries where id = @id and {Visible}", new { id, Now = now }), ct);

    public Task<IReadOnlyList<Entry>> ListAsync(MessageQuery query, CancellationToken ct) =>
        database.ReadAsync(
            session => session.ListAsync<Entry>(
                $"""
                select {LogStore.Columns} from entries
                where conversation_id = @ConversationId and seq >= @FromSeq and seq < @before and seq > @after and {Visible}
                order by seq {(query.Ascending ? "asc" : "desc")} limit @Limit offset @Skip
                """,
                new
                {
                    query.ConversationId, query.FromSeq, before = query.BeforeSeq ?? long.MaxValue, after = query.AfterSeq ?? -1, query.Limit, query.Skip, query.Now,
                }),
            ct);

    /// <summary>How many messages of the conversation are visible from <c>FromSeq</c> on: all entries less what is no message, both counted in an index.</summary>
    public Task<long> CountAsync(Guid conversationId, long fromSeq, long now, CancellationToken ct) =>
        database.ReadAsync(
            session => session.ScalarAsync<long>(
                """
                select (select count(*) from entries where conversation_id = @conversationId and seq >= @fromSeq)
                    - (select count(*) from entries where conversation_id = @conversationId and seq >= @fromSeq and kind >= 2)
                    - (select count(*) from entries where conversation_id = @conversationId and seq >= @fromSeq and expires_at <= @now and kind < 2)
                """,
                new { conversationId, fromSeq, now }),
            ct);

    /// <summary>Living reactions to these messages, and the deletion entries of those that are deleted.</summary>
    public Task<IReadOnlyList<Entry>> PartsAsync(IEnumerable<Guid> messageIds, CancellationToken ct) =>
        database.ReadAsync(session => PartsAsync(session, messageIds), ct);

    public static Task<IReadOnlyList<Entry>> PartsAsync(Session session, IEnumerable<Guid> messageIds) =>
        session.ListAsync<Entry>(
            $"select {LogStore.Columns} from entries where target_id in @ids and kind in (3, 4) and deleted = false order by seq",
            new { ids = session.Ids(messageIds) });

    public Task<IReadOnlyList<FailureRow>> FailuresAsync(IEnumerable<Guid> messageIds, CancellationToken ct) =>
        database.ReadAsync(
            session => session.ListAsync<FailureRow>(
                "select message_id, user_id, device_id, failed_at from failures where message_id in @ids", new { ids = session.Ids(messageIds) }),
            ct);

    /// <summary>The members of whom no device was addressed fail from the start.</summary>
    public static async Task AddFailuresAsync(Session session, Guid messageId, IEnumerable<Guid> userIds, long now)
    {
        foreach (var userId in userIds)
        {
            await AddFailureAsync(session, messageId, userId, Guid.Empty, now);
        }
    }

    public Task<bool> AddFailureAsync(Guid messageId, Guid userId, Guid deviceId, long now, CancellationToken ct) =>
        database.WriteAsync(session => AddFailureAsync(session, messageId, userId, deviceId, now), ct);

    /// <summary>The device could read the message after all.</summary>
    /// <returns>Whether a failure was taken back.</returns>
    public async Task<bool> RemoveFailuresAsync(Guid messageId, Guid userId, Guid deviceId, CancellationToken ct)
    {
        var args = new { messageId, userId, deviceId, all = Guid.Empty };
        const string Which = "from failures where message_id = @messageId and user_id = @userId and device_id in (@deviceId, @all)";
        var any = await database.ReadAsync(session => session.ScalarAsync<long>("select count(*) " + Which, args), ct);
        return any > 0 && await database.WriteAsync(session => session.ExecuteAsync("delete " + Which, args), ct) > 0;
    }

    /// <summary>New content for a message that still stands.</summary>
    /// <returns>The message after it; null when it is deleted or gone.</returns>
    public static Task<Entry?> ReplaceContentAsync(Session session, Guid id, byte[] body, PackedKeys keys, long now) =>
        session.FirstAsync<Entry>(
            $"""
            update entries set body = @body, keys = @keys, edit_count = edit_count + 1, updated_at = @now
            where id = @id and kind = 0 and deleted = false returning {LogStore.Columns}
            """,
            new { id, body, keys = keys.Blob.ToArray(), now });

    /// <summary>Adds wrapped keys to a message.</summary>
    public static async Task<Entry?> AddKeysAsync(Session session, Guid id, PackedKeys added)
    {
        var message = await session.FirstAsync<Entry>(
            $"select {LogStore.Columns} from entries where id = @id and kind = 0 and deleted = false {session.Dialect.ForUpdate}", new { id });
        if (message is null)
        {
            return null;
        }

        var keys = message.PackedKeys.With(added);
        if (keys.Count > Sizes.RecipientKeys)
        {
            throw Errors.ValidationError.Because(
                $"A message carries at most {Sizes.RecipientKeys} wrapped keys.", ("recipient_keys", $"at most {Sizes.RecipientKeys} in all"));
        }

        // Who is addressed by now hasn't failed for want of a key.
        var users = session.Ids(Enumerable.Range(0, added.Count).Select(added.UserAt).Distinct());
        await session.ExecuteAsync("delete from failures where message_id = @id and device_id = @none and user_id in @users", new { id, none = Guid.Empty, users });
        return await session.FirstAsync<Entry>(
            $"update entries set keys = @keys where id = @id returning {LogStore.Columns}", new { id, keys = keys.Blob.ToArray() });
    }

    /// <summary>Leaves a tombstone: no content, no keys, no reactions, no failures; its files go.</summary>
    /// <returns>The tombstone; null when there was one already.</returns>
    public static async Task<Entry?> BuryAsync(Session session, Guid id, long now)
    {
        var tombstone = await session.FirstAsync<Entry>(
            $"""
            update entries set body = @body, keys = @keys, deleted = true, updated_at = @now
            where id = @id and kind = 0 and deleted = false returning {LogStore.Columns}
            """,
            new { id, body = MessageBody.Tombstone, keys = PackedKeys.Empty.Blob.ToArray(), now });
        if (tombstone is not null)
        {
            await session.ExecuteAsync(
                "update entries set body = @empty, keys = @empty, deleted = true where target_id = @id and kind = 4", new { id, empty = Array.Empty<byte>() });
            await session.ExecuteAsync("delete from failures where message_id = @id", new { id });
            await Claims.ReleaseAsync(session, [id]);
        }

        return tombstone;
    }

    /// <summary>The conversations in which the user may have written.</summary>
    public Task<IReadOnlyList<Guid>> ConversationsAsync(Guid userId, CancellationToken ct) =>
        database.ReadAsync(session => session.ListAsync<Guid>("select distinct conversation_id from members where user_id = @userId", new { userId }), ct);

    /// <summary>Messages of the user after a seq that are no tombstones, oldest first.</summary>
    public Task<IReadOnlyList<Entry>> BySenderAsync(Guid conversationId, Guid userId, long after, int limit, CancellationToken ct) =>
        database.ReadAsync(
            session => session.ListAsync<Entry>(
                $"""
                select {LogStore.Columns} from entries
                where conversation_id = @conversationId and seq > @after and sender_id = @userId and kind = 0 and deleted = false order by seq limit @limit
                """,
                new { conversationId, userId, after, limit }),
            ct);

    /// <summary>The user's reactions that stand.</summary>
    public Task<IReadOnlyList<Entry>> ReactionsOfAsync(Guid conversationId, Guid userId, CancellationToken ct) =>
        database.ReadAsync(
            session => session.ListAsync<Entry>(
                $"""
                select {LogStore.Columns} from entries
                where conversation_id = @conversationId and sender_id = @userId and kind = 4 and deleted = false order by seq
                """,
                new { conversationId, userId }),
            ct);

    /// <summary>Messages in a stretch of the log that another device of the user could not read.</summary>
    public Task<IReadOnlyList<Entry>> FailedElsewhereAsync(Guid conversationId, Guid userId, Guid deviceId, long after, long through, CancellationToken ct) =>
        database.ReadAsync(
            session => session.ListAsync<Entry>(
                """
                select e.id, e.conversation_id, e.seq, e.sender_id from entries e
                where e.conversation_id = @conversationId and e.seq > @after and e.seq <= @through and e.kind = 0
                    and e.id in (select f.message_id from failures f where f.user_id = @userId and f.device_id <> @deviceId)
                order by e.seq
                """,
                new { conversationId, userId, deviceId, after, through }),
            ct);

    /// <summary>Takes back all reactions of a user who is being erased.</summary>
    public Task TakeBackReactionsAsync(Guid conversationId, Guid userId, CancellationToken ct) =>
        database.WriteAsync(
            session => session.ExecuteAsync(
                """
                update entries set body = @empty, keys = @empty, deleted = true
                where conversation_id = @conversationId and sender_id = @userId and kind = 4 and deleted = false
                """,
                new { conversationId, userId, empty = Array.Empty<byte>() }),
            ct);

    /// <summary>Takes back the user's earlier reaction to a message, if there is one.</summary>
    public static Task<int> ReplaceReactionAsync(Session session, Guid messageId, Guid userId, Guid except) =>
        session.ExecuteAsync(
            """
            update entries set body = @empty, keys = @empty, deleted = true
            where target_id = @messageId and sender_id = @userId and kind = 4 and deleted = false and id <> @except
            """,
            new { messageId, userId, except, empty = Array.Empty<byte>() });

    /// <summary>The newest message by each other sender in a range of seqs: whom a moved cursor concerns.</summary>
    public Task<IReadOnlyList<Entry>> NewestBySenderAsync(Guid conversationId, long after, long through, Guid except, CancellationToken ct) =>
        database.ReadAsync(
            session => session.ListAsync<Entry>(
                """
                select e.id, e.conversation_id, e.seq, e.sender_id from entries e
                join (select sender_id, max(seq) as newest from entries
                    where conversation_id = @conversationId and seq > @after and seq <= @through and kind = 0 and sender_id <> @except
                    group by sender_id) n on n.newest = e.seq
                where e.conversation_id = @conversationId
                """,
                new { conversationId, after, through, except }),
            ct);

    /// <summary>Erases what has expired, with all that belongs to it.</summary>
    /// <returns>How many messages went.</returns>
    public Task<int> EraseExpiredAsync(long now, int limit, CancellationToken ct) =>
        database.WriteAsync(
            async session =>
            {
                var ids = await session.ListAsync<Guid>(
                    "select id from entries where expires_at is not null and expires_at <= @now order by expires_at limit @limit", new { now, limit });
                if (ids.Count > 0)
                {
                    var args = new { ids = session.Ids(ids) };
                    await Claims.ReleaseAsync(session, ids);
                    await session.ExecuteAsync("delete from failures where message_id in @ids", args);
                    await session.ExecuteAsync("delete from entries where target_id in @ids", args);
                    await session.ExecuteAsync("delete from entries where id in @ids", args);
                }

                return ids.Count;
            },
            ct);

    private static async Task<bool> AddFailureAsync(Session session, Guid messageId, Guid userId, Guid deviceId, long now) =>
        await session.ExecuteAsync(
            "insert into failures (message_id, user_id, device_id, failed_at) values (@messageId, @userId, @deviceId, @now) on conflict do nothing",
            new { messageId, userId, deviceId, now }) > 0;
}
