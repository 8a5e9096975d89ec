using System.Data.Common;
using Sotto.Server.Storage;

namespace Sotto.Server.Conversations;

internal sealed class CursorRow
{
    public Guid ConversationId { get; init; }

    public Guid UserId { get; init; }

    public Guid DeviceId { get; init; }

    public long DeliveredSeq { get; init; }

    public long DeliveredAt { get; init; }

    public long ReadSeq { get; init; }

    public long ReadAt { get; init; }

    /// <summary>Where a device began that came later: what came before was not delivered to it, though it may have been read.</summary>
    public long StartSeq { get; init; }

    /// <summary>Whether the device has been reached by this entry.</summary>
    public bool Has(long seq) => (seq > StartSeq && DeliveredSeq >= seq) || ReadSeq >= seq;
}

/// <summary>A conversation a device follows: where the device is, and up to where it may see.</summary>
internal sealed class FollowedRow
{
    public Guid ConversationId { get; init; }

    public Guid UserId { get; init; }

    public string Type { get; init; } = "";

    public long LastSeq { get; init; }

    public long JoinedSeq { get; init; }

    public long? LeftSeq { get; init; }

    public long DeliveredSeq { get; init; }

    public long MemberCount { get; init; }
}

internal sealed class CursorStore(Database database)
{
    // A cursor never passes the log's end, and belongs to members only; the joining is where it starts.
    private const string Upsert =
        """
        insert into cursors (conversation_id, device_id, user_id, delivered_seq, delivered_at, read_seq, read_at)
        select m.conversation_id, @DeviceId, m.user_id,
            case when @Delivered < h.last_seq then @Delivered else h.last_seq end, @At,
            case when @Read < h.last_seq then @Read else h.last_seq end, @At
        from members m join heads h on h.conversation_id = m.conversation_id
        where m.conversation_id = @ConversationId and m.user_id = @UserId
        on conflict (conversation_id, device_id) do update set
            delivered_at = case when excluded.delivered_seq > cursors.delivered_seq then excluded.delivered_at else cursors.delivered_at end,
            delivered_seq = case when excluded.delivered_seq > cursors.delivered_seq then excluded.delivered_seq else cursors.delivered_seq end,
            read_at = case when excluded.read_seq > cursors.read_seq then excluded.read_at else cursors.read_at end,
            read_seq = case when excluded.read_seq > cursors.read_seq then excluded.read_seq else cursors.read_seq end
        returning delivered_seq, read_seq
        """;

    public Task<IReadOnlyList<CursorMoved>> WriteAsync(IReadOnlyList<CursorMove> moves, CancellationToken ct) =>
        database.WriteAsync<IReadOnlyList<CursorMoved>>(
            async session =>
            {
                var reached = new Reached();
                var joined = new Dictionary<(Guid, Guid), long>();
                foreach (var chunk in moves.Chunk(500))
                {
                    await ReadBeforeAsync(session, chunk, reached, joined);
                }

                await using var upsert = new UpsertCommand(session);
                var moved = new List<CursorMoved>(moves.Count);
                foreach (var move in moves.OrderBy(move => move.ConversationId).ThenBy(move => move.DeviceId))
                {
                    if (await upsert.RunAsync(move) is var (delivered, read))
                    {
                        var start = joined.GetValueOrDefault((move.ConversationId, move.UserId), 1) - 1;
                        moved.Add(reached.Move(move, delivered, read, start));
                    }
                }

                return moved;
            },
            ct);

    /// <summary>All cursors of a conversation's devices.</summary>
    public Task<IReadOnlyList<CursorRow>> OfConversationAsync(Guid conversationId, CancellationToken ct) =>
        database.ReadAsync(
            session => session.ListAsync<CursorRow>(
                """
                select conversation_id, user_id, device_id, delivered_seq, delivered_at, read_seq, read_at, start_seq
                from cursors where conversation_id = @conversationId
                """,
                new { conversationId }),
            ct);

    /// <summary>What a device follows, with its place in each; also what the user has left and the device hasn't been told of to the end.</summary>
    public Task<IReadOnlyList<FollowedRow>> FollowedAsync(Guid userId, Guid deviceId, CancellationToken ct) =>
        database.ReadAsync(
            session => session.ListAsync<FollowedRow>(
                """
                select m.conversation_id, c.type, h.last_seq, m.joined_seq, m.left_seq,
                    case when u.delivered_seq is null or u.delivered_seq < m.joined_seq - 1 then m.joined_seq - 1 else u.delivered_seq end as delivered_seq,
                    (select count(*) from members o where o.conversation_id = m.conversation_id and o.left_seq is null) as member_count
                from members m
                join heads h on h.conversation_id = m.conversation_id
                join conversations c on c.id = m.conversation_id
                left join cursors u on u.conversation_id = m.conversation_id and u.device_id = @deviceId
                where m.user_id = @userId
                    and (m.left_seq is null or u.delivered_seq is null and m.left_seq >= m.joined_seq or u.delivered_seq < m.left_seq)
                order by m.conversation_id
                """,
                new { userId, deviceId }),
            ct);

    /// <summary>A new device begins where the logs end now: what came before is read from history.</summary>
    public static Task<int> StartDeviceAsync(Session session, Guid userId, Guid deviceId, long now) =>
        session.ExecuteAsync(
            """
            insert into cursors (conversation_id, device_id, user_id, delivered_seq, delivered_at, read_seq, read_at, start_seq)
            select m.conversation_id, @deviceId, m.user_id, h.last_seq, @now, 0, @now, h.last_seq
            from members m join heads h on h.conversation_id = m.conversation_id
            where m.user_id = @userId and m.left_seq is null
            on conflict (conversation_id, device_id) do nothing
            """,
            new { userId, deviceId, now });

    private static async Task ReadBeforeAsync(
        Session session, CursorMove[] moves, Reached reached, Dictionary<(Guid, Guid), long> joined)
    {
        var args = new
        {
            conversations = session.Ids(moves.Select(move => move.ConversationId).Distinct()),
            users = session.Ids(moves.Select(move => move.UserId).Distinct()),
        };
        foreach (var row in await session.ListAsync<CursorRow>(
            "select conversation_id, user_id, device_id, delivered_seq, read_seq, start_seq from cursors where user_id in @users and conversation_id in @conversations", args))
        {
            reached.Know(row);
        }

        foreach (var row in await session.ListAsync<FollowedRow>(
            "select conversation_id, user_id, joined_seq from members where user_id in @users and conversation_id in @conversations", args))
        {
            joined[(row.ConversationId, row.UserId)] = row.JoinedSeq;
        }
    }

    /// <summary>How far devices, and by them their users, have come before each move of a batch.</summary>
    private sealed class Reached
    {
        private readonly Dictionary<(Guid Conversation, Guid Device), long> _devices = [];
        private readonly Dictionary<(Guid Conversation, Guid User), (long Delivered, long Read)> _users = [];

        public void Know(CursorRow row)
        {
            _devices[(row.ConversationId, row.DeviceId)] = row.DeliveredSeq;
            var (delivered, read) = _users.GetValueOrDefault((row.ConversationId, row.UserId));
            var own = row.DeliveredSeq > row.StartSeq ? row.DeliveredSeq : row.ReadSeq;
            _users[(row.ConversationId, row.UserId)] = (Math.Max(delivered, own), Math.Max(read, row.ReadSeq));
        }

        public CursorMoved Move(CursorMove move, long delivered, long read, long start)
        {
            var device = _devices.GetValueOrDefault((move.ConversationId, move.DeviceId), start);
            var (deliveredBefore, readBefore) = _users.GetValueOrDefault((move.ConversationId, move.UserId), (start, start));
            Know(new CursorRow { ConversationId = move.ConversationId, UserId = move.UserId, DeviceId = move.DeviceId, DeliveredSeq = delivered, ReadSeq = read });
            return new CursorMoved(
                move.ConversationId, move.UserId, move.DeviceId, device, Math.Max(deliveredBefore, start), delivered, Math.Max(readBefore, start), read, move.At);
        }
    }

    /// <summary>The upsert, prepared once for a batch of moves.</summary>
    private sealed class UpsertCommand : IAsyncDisposable
    {
        private readonly DbCommand _command;
        private readonly Dialect _dialect;

        public UpsertCommand(Session session)
        {
            _dialect = session.Dialect;
            _command = session.Connection.CreateCommand();
            _command.Transaction = session.Transaction;
            _command.CommandText = Upsert;
            foreach (var name in (string[])["ConversationId", "DeviceId", "UserId", "Delivered", "Read", "At"])
            {
                var parameter = _command.CreateParameter();
                parameter.ParameterName = name;
                _command.Parameters.Add(parameter);
            }
        }

        public async Task<(long Delivered, long Read)?> RunAsync(CursorMove move)
        {
            _command.Parameters[0].Value = _dialect.Id(move.ConversationId);
            _command.Parameters[1].Value = _dialect.Id(move.DeviceId);
            _command.Parameters[2].Value = _dialect.Id(move.UserId);
            _command.Parameters[3].Value = move.Delivered;
            _command.Parameters[4].Value = move.Read;
            _command.Parameters[5].Value = move.At;
            await using var reader = await _command.ExecuteReaderAsync();
            return await reader.ReadAsync() ? (reader.GetInt64(0), reader.GetInt64(1)) : null;
        }

        public ValueTask DisposeAsync() => _command.DisposeAsync();
    }
}
