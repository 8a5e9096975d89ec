using Sotto.Server.Storage;

namespace Sotto.Server.Accounts;

/// <summary>A session as stored: the login of a device.</summary>
internal sealed class SessionRow
{
    public Guid Id { get; init; }

    public Guid UserId { get; init; }

    public Guid DeviceId { get; init; }

    public byte[] RefreshHash { get; init; } = [];

    public byte[] RefreshKey { get; init; } = [];

    public long CreatedAt { get; init; }

    public long ExpiresAt { get; init; }

    public long? EndedAt { get; init; }
}

/// <summary>Sessions, the rows of the devices they belong to, and the tickets made from them.</summary>
internal sealed class SessionStore(Database database)
{
    // A device whose session is over may still be asked for this long why it isn't let in.
    private const long KeptAfterEnd = 7L * 86_400_000;
    private const long IdleDevice = 30L * 86_400_000;

    public static Task AddDeviceAsync(Session session, DeviceRow device) =>
        session.ExecuteAsync(
            """
            insert into devices (id, user_id, name, platform, has_keys, acknowledges, created_at)
            values (@Id, @UserId, @Name, @Platform, @HasKeys, false, @CreatedAt)
            """,
            device);

    public static Task<DeviceRow?> FindDeviceAsync(Session session, Guid id) =>
        session.FirstAsync<DeviceRow>($"select {DeviceRow.Columns} from devices where id = @id", new { id });

    public static Task<IReadOnlyList<DeviceRow>> DevicesAsync(Session session, Guid userId) =>
        session.ListAsync<DeviceRow>($"select {DeviceRow.Columns} from devices where user_id = @userId and revoked_at is null order by id", new { userId });

    /// <summary>The device without keys that was logged out, or lay idle for a month, the longest unused one first: nothing is lost with it.</summary>
    public static Task<Guid?> FindSpareDeviceAsync(Session session, Guid userId, long now) =>
        session.FirstAsync<Guid?>(
            """
            select d.id from devices d where d.user_id = @userId and d.revoked_at is null and not d.has_keys
            and not exists (select 1 from sessions s where s.device_id = d.id and s.ended_at is null and s.expires_at > @now)
            and (coalesce(d.last_seen, d.created_at) < @idle or exists (select 1 from sessions s where s.device_id = d.id))
            order by coalesce(d.last_seen, d.created_at), d.id limit 1
            """,
            new { userId, now, idle = now - IdleDevice });

    public static Task DescribeDeviceAsync(Session session, Guid id, string? name, string? platform) =>
        session.ExecuteAsync(
            "update devices set name = coalesce(@name, name), platform = coalesce(@platform, platform) where id = @id", new { id, name, platform });

    public static Task TouchDeviceAsync(Session session, Guid id, long now) =>
        session.ExecuteAsync("update devices set last_seen = @now where id = @id and (last_seen is null or last_seen < @now)", new { id, now });

    /// <summary>The device's keys go with it; its id stays taken.</summary>
    public static async Task RevokeDeviceAsync(Session session, Guid id, long now)
    {
        await session.ExecuteAsync(
            """
            update devices set revoked_at = @now, has_keys = false, signing_key = null, identity_key = null, signed_prekey_id = null,
                signed_prekey = null, signed_prekey_signature = null, signed_prekey_expires_at = null
            where id = @id and revoked_at is null
            """,
            new { id, now });
        await session.ExecuteAsync("delete from one_time_prekeys where device_id = @id", new { id });
        await session.ExecuteAsync("delete from spent_prekeys where device_id = @id", new { id });
        await EndOfDeviceAsync(session, id, now);
    }

    public static Task AddAsync(Session session, SessionRow row) =>
        session.ExecuteAsync(
            """
            insert into sessions (id, user_id, device_id, refresh_hash, refresh_key, created_at, expires_at)
            values (@Id, @UserId, @DeviceId, @RefreshHash, @RefreshKey, @CreatedAt, @ExpiresAt)
            """,
            row);

    /// <summary>The row is locked until the transaction ends.</summary>
    public static Task<SessionRow?> FindAsync(Session session, Guid id) =>
        session.FirstAsync<SessionRow>(
            $"""
            select id, user_id, device_id, refresh_hash, refresh_key, created_at, expires_at, ended_at
            from sessions where id = @id {session.Dialect.ForUpdate}
            """,
            new { id });

    public static Task RotateAsync(Session session, Guid id, byte[] hash, long expiresAt) =>
        session.ExecuteAsync("update sessions set refresh_hash = @hash, expires_at = @expiresAt where id = @id", new { id, hash, expiresAt });

    public static Task EndAsync(Session session, Guid id, long now) =>
        session.ExecuteAsync("update sessions set ended_at = @now where id = @id and ended_at is null", new { id, now });

    /// <returns>The sessions that ended by this.</returns>
    public static Task<IReadOnlyList<Guid>> EndOfDeviceAsync(Session session, Guid deviceId, long now) =>
        session.ListAsync<Guid>("update sessions set ended_at = @now where device_id = @deviceId and ended_at is null returning id", new { deviceId, now });

    public Task<IReadOnlyList<Guid>> EndOfDeviceAsync(Guid deviceId, long now, CancellationToken ct) =>
        database.WriteAsync(session => EndOfDeviceAsync(session, deviceId, now), ct);

    public static Task EndOfUserAsync(Session session, Guid userId, long now) =>
        session.ExecuteAsync("update sessions set ended_at = @now where user_id = @userId and ended_at is null", new { userId, now });

    /// <summary>The session with the user's role, as long as neither session nor device nor user is gone.</summary>
    public Task<LiveRow?> FindLiveAsync(Guid id, CancellationToken ct) =>
        database.ReadAsync(
            session => session.FirstAsync<LiveRow>(
                """
                select s.user_id, s.device_id, u.role
                from sessions s join users u on u.id = s.user_id join devices d on d.id = s.device_id
                where s.id = @id and s.ended_at is null and u.erasing_at is null and d.revoked_at is null
                """,
                new { id }),
            ct);

    /// <summary>Sessions and devices that ended since then, by their ids.</summary>
    public Task<IReadOnlyList<EndedRow>> EndedSinceAsync(long since, CancellationToken ct) =>
        database.ReadAsync(
            session => session.ListAsync<EndedRow>(
                """
                select id, user_id from sessions where ended_at >= @since
                union all select id, user_id from devices where revoked_at >= @since
                """,
                new { since }),
            ct);

    public Task<DeviceRow?> FindDeviceAsync(Guid id, CancellationToken ct) => database.ReadAsync(session => FindDeviceAsync(session, id), ct);

    // Tickets.
    public Task AddTicketAsync(TicketRow ticket, long now, CancellationToken ct) =>
        database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync("delete from tickets where expires_at < @now", new { now });
                await session.ExecuteAsync(
                    """
                    insert into tickets (hash, user_id, device_id, session_id, expires_at, token_expires_at)
                    values (@Hash, @UserId, @DeviceId, @SessionId, @ExpiresAt, @TokenExpiresAt)
                    """,
                    ticket);
            },
            ct);

    public Task<TicketRow?> SpendTicketAsync(byte[] hash, CancellationToken ct) =>
        database.WriteAsync(
            session => session.FirstAsync<TicketRow>(
                "delete from tickets where hash = @hash returning hash, user_id, device_id, session_id, expires_at, token_expires_at", new { hash }),
            ct);

    /// <summary>Forgets sessions that ended or ran out some days ago.</summary>
    public static async Task ForgetOldAsync(Session session, long now)
    {
        await session.ExecuteAsync("delete from sessions where expires_at < @before or ended_at < @before", new { before = now - KeptAfterEnd });
        await session.ExecuteAsync(
            "delete from sessions where ended_at < @before and not exists (select 1 from users where users.id = sessions.user_id)", new { before = now - 60_000 });
        await session.ExecuteAsync("delete from tickets where expires_at < @now", new { now });
    }
}

internal sealed class LiveRow
{
    public Guid UserId { get; init; }

    public Guid DeviceId { get; init; }

    public string Role { get; init; } = "";
}

internal sealed class EndedRow
{
    public Guid Id { get; init; }

    public Guid UserId { get; init; }
}

internal sealed class TicketRow
{
    public byte[] Hash { get; init; } = [];

    public Guid UserId { get; init; }

    public Guid DeviceId { get; init; }

    public Guid SessionId { get; init; }

    public long ExpiresAt { get; init; }

    public long TokenExpiresAt { get; init; }
}
