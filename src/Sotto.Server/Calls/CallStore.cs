using System.Security.Cryptography;
using Sotto.Contracts;
using Sotto.Server.Storage;

namespace Sotto.Server.Calls;

/// <summary>A call, and the number of its last change.</summary>
internal sealed record StoredCall(Call Call, long Version);

/// <summary>Whether a call could begin; else the call that is in the way.</summary>
internal readonly record struct Begun(bool Ok, Guid? InTheWay = null);

/// <summary>Somebody is in another call, and nobody is in two.</summary>
internal sealed class SeatTakenException() : Exception("They are in another call.");

/// <summary>The rows of calls. Their times are the database's.</summary>
internal sealed class CallStore(Database database)
{
    private const string Live = "due_at is not null";

    public async Task<DateTimeOffset> NowAsync(CancellationToken ct) =>
        Times.FromMs(await database.ReadAsync(session => session.ScalarAsync<long>($"select {session.Dialect.NowMs}"), ct));

    /// <summary>Stores a call that begins, unless these people have one already or the caller is in another.</summary>
    public async Task<Begun> BeginAsync(Call call, CancellationToken ct)
    {
        try
        {
            return await database.WriteAsync(session => BeginAsync(session, call), ct);
        }
        catch (Exception fault) when (Dialect.IsUniqueViolation(fault))
        {
            return new Begun(false, await FindSeatAsync(call.CallerId, ct));
        }
    }

    public Task<StoredCall?> FindAsync(Guid id, CancellationToken ct) => database.ReadAsync(
        async session =>
            await session.FirstAsync<CallRow>("select state, version from calls where id = @id", new { id }) is { } row ? new StoredCall(CallJson.Read(row.State), row.Version) : null,
        ct);

    /// <summary>Stores the next state of a call, and with its last one the history.</summary>
    /// <returns>False when somebody else has changed it since <paramref name="version"/>.</returns>
    /// <exception cref="SeatTakenException">Who joins is in another call.</exception>
    public async Task<bool> ChangeAsync(Call before, Call next, long version, DateTimeOffset now, CancellationToken ct)
    {
        try
        {
            return await database.WriteAsync(session => ChangeAsync(session, before, next, version, now), ct);
        }
        catch (Exception fault) when (Dialect.IsUniqueViolation(fault))
        {
            throw new SeatTakenException();
        }
    }

    /// <summary>The call somebody is in.</summary>
    public async Task<Guid?> FindSeatAsync(Guid userId, CancellationToken ct)
    {
        var rows = await database.ReadAsync(
            session => session.ListAsync<Guid>("select call_id from call_places where user_id = @userId and device_id is not null", new { userId }), ct);
        return rows is [var id] ? id : null;
    }

    /// <summary>Those of the users who are in a call.</summary>
    public Task<IReadOnlyList<Guid>> SeatedAsync(IReadOnlyList<Guid> userIds, CancellationToken ct) => database.ReadAsync(
        session => session.ListAsync<Guid>("select user_id from call_places where device_id is not null and user_id in @ids", new { ids = session.Ids(userIds) }), ct);

    /// <summary>The live calls that somebody is part of, the oldest first.</summary>
    public Task<IReadOnlyList<StoredCall>> LiveOfAsync(Guid userId, CancellationToken ct) => database.ReadAsync(
        async session =>
        {
            var rows = await session.ListAsync<CallRow>(
                "select c.state, c.version from call_places p join calls c on c.id = p.call_id where p.user_id = @userId order by c.id", new { userId });
            return (IReadOnlyList<StoredCall>)[.. rows.Select(row => new StoredCall(CallJson.Read(row.State), row.Version))];
        },
        ct);

    /// <summary>The user's calls that ended since, the latest first.</summary>
    public Task<IReadOnlyList<Call>> OverSinceAsync(Guid userId, DateTimeOffset since, int atMost, CancellationToken ct) => database.ReadAsync(
        async session =>
        {
            var rows = await session.ListAsync<CallRow>(
                """
                select c.state, c.version from calls c
                where c.due_at is null and c.id in (
                    select h.call_id from call_history h where (h.callee_id = @userId or h.caller_id = @userId) and h.ended_at >= @since order by h.ended_at desc limit @atMost)
                order by c.id desc
                """,
                new { userId, since = since.ToUnixTimeMilliseconds(), atMost = (long)atMost });
            return (IReadOnlyList<Call>)[.. rows.Select(row => CallJson.Read(row.State))];
        },
        ct);

    /// <summary>Live calls in a conversation.</summary>
    public Task<IReadOnlyList<Guid>> LiveInAsync(Guid conversationId, CancellationToken ct) => database.ReadAsync(
        session => session.ListAsync<Guid>($"select id from calls where conversation_id = @conversationId and {Live}", new { conversationId }), ct);

    /// <summary>The call that a device is in, and whose device it is.</summary>
    public async Task<(Guid CallId, Guid UserId)?> FindPlaceAsync(Guid deviceId, CancellationToken ct) =>
        await database.ReadAsync(session => session.FirstAsync<PlaceRow>("select call_id, user_id from call_places where device_id = @deviceId", new { deviceId }), ct)
            is { } row ? (row.CallId, row.UserId) : null;

    /// <summary>Calls whose time has come.</summary>
    public Task<IReadOnlyList<Guid>> DueAsync(int atMost, CancellationToken ct) => database.ReadAsync(
        session => session.ListAsync<Guid>($"select id from calls where due_at <= {session.Dialect.NowMs} order by due_at limit @atMost", new { atMost }), ct);

    /// <summary>Live calls, in pages by id.</summary>
    public Task<IReadOnlyList<Guid>> LiveAsync(Guid after, int atMost, CancellationToken ct) => database.ReadAsync(
        session => session.ListAsync<Guid>($"select id from calls where {Live} and id > @after order by id limit @atMost", new { after, atMost }), ct);

    /// <summary>Who is in a live call, or rung for.</summary>
    public Task<IReadOnlyList<(Guid CallId, Guid UserId)>> PeopleAsync(CancellationToken ct) => database.ReadAsync(
        async session =>
        {
            var rows = await session.ListAsync<PlaceRow>("select call_id, user_id from call_places");
            return (IReadOnlyList<(Guid, Guid)>)[.. rows.Select(row => (row.CallId, row.UserId))];
        },
        ct);

    /// <summary>Erases calls that are over for so long.</summary>
    public Task<int> EraseOldAsync(TimeSpan age, CancellationToken ct) => database.WriteAsync(
        session => session.ExecuteAsync(
            $"delete from calls where due_at is null and initiated_at < {session.Dialect.NowMs} - @age", new { age = (long)age.TotalMilliseconds }),
        ct);

    private static async Task<Begun> BeginAsync(Session session, Call call)
    {
        var people = PeopleKey(call);
        var added = await session.ExecuteAsync(
            """
            insert into calls (id, conversation_id, version, state, people_key, due_at, initiated_at)
            values (@Id, @ConversationId, 1, @state, @people, @due, @began)
            on conflict do nothing
            """,
            new { call.Id, call.ConversationId, state = CallJson.Write(call), people, due = Due(call), began = call.InitiatedAt.ToUnixTimeMilliseconds() });
        if (added == 0)
        {
            return new Begun(false, (await session.ListAsync<Guid>("select id from calls where people_key = @people", new { people })) is [var id] ? id : null);
        }

        foreach (var party in call.Parties)
        {
            await session.ExecuteAsync(
                "insert into call_places (user_id, call_id, device_id) values (@UserId, @Id, @DeviceId)", new { party.UserId, call.Id, party.DeviceId });
        }

        return new Begun(true);
    }

    private static async Task<bool> ChangeAsync(Session session, Call before, Call next, long version, DateTimeOffset now)
    {
        var changed = await session.ExecuteAsync(
            "update calls set state = @state, version = version + 1, due_at = @due, people_key = @people where id = @Id and version = @version",
            new { next.Id, version, state = CallJson.Write(next), due = Due(next), people = PeopleKey(next) });
        if (changed == 0)
        {
            return false;
        }

        await CallHistoryStore.NoteAsync(session, before, next, now);
        if (next.IsFinal)
        {
            await session.ExecuteAsync("delete from call_places where call_id = @Id", new { next.Id });
            return true;
        }

        // Who goes makes room first, so that a seat is never held twice within one step.
        foreach (var party in next.Parties.Where(party => party.DeviceId != before.Find(party.UserId)?.DeviceId).OrderBy(party => party.DeviceId is not null))
        {
            await session.ExecuteAsync(
                "update call_places set device_id = @DeviceId where call_id = @Id and user_id = @UserId", new { party.DeviceId, next.Id, party.UserId });
        }

        return true;
    }

    private static long? Due(Call call) => call.Deadline?.ToUnixTimeMilliseconds();

    private static string? PeopleKey(Call call) =>
        call.IsFinal ? null : Convert.ToHexStringLower(SHA256.HashData([.. call.PeopleIds.Order().SelectMany(id => id.ToByteArray())]));

    private sealed class CallRow
    {
        public string State { get; init; } = "";

        public long Version { get; init; }
    }

    private sealed class PlaceRow
    {
        public Guid CallId { get; init; }

        public Guid UserId { get; init; }
    }
}
