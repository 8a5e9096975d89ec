using System.Collections.Concurrent;
using Sotto.Contracts;
using Sotto.Server.Accounts;
using Sotto.Server.Sockets;

namespace Sotto.Server.Presence;

/// <summary>
/// Who is there, and what they chose to be shown as. Changes are collected for a moment and told together.
/// </summary>
internal sealed class OnlineUsers(Users users, PresenceAudience audience, TimeProvider clock, ILogger<OnlineUsers> log)
    : BackgroundService
{
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(250);

    private readonly Lock _tableLock = new();
    private readonly OnlineTable _table = new();
    private readonly HashSet<DeviceSocket> _arrived = [];
    private readonly HashSet<Guid> _changed = [];
    private readonly Dictionary<Guid, DateTimeOffset> _gone = [];
    private readonly Dictionary<(Guid UserId, Guid DeviceId), DateTimeOffset> _seen = [];
    private readonly ConcurrentDictionary<Guid, UserStatus> _chosen = new();

    /// <summary>A socket is authenticated.</summary>
    public async Task ArriveAsync(DeviceSocket socket, CancellationToken ct)
    {
        var userId = socket.Caller.UserId;
        if (!_chosen.ContainsKey(userId))
        {
            _chosen[userId] = await users.ChosenStatusAsync(userId, ct);
        }

        lock (_tableLock)
        {
            _gone.Remove(userId);
            _arrived.Add(socket);
            if (_table.Arrive(userId))
            {
                _changed.Add(userId);
            }
        }
    }

    public void Depart(DeviceSocket socket)
    {
        lock (_tableLock)
        {
            // One that ended while it caught up was never counted.
            if (_arrived.Remove(socket))
            {
                _table.Depart(socket.Caller.UserId, clock.GetUtcNow());
            }

            _seen[(socket.Caller.UserId, socket.Caller.DeviceId)] = clock.GetUtcNow();
        }
    }

    /// <summary>Shown status of a user who chose <paramref name="chosen"/>: nobody is there without a socket, and who chose offline is invisible.</summary>
    public UserStatus Show(Guid userId, UserStatus chosen)
    {
        lock (_tableLock)
        {
            return _table.IsOnline(userId) ? _chosen.GetValueOrDefault(userId, chosen) : UserStatus.Offline;
        }
    }

    /// <summary>The user has chosen another status.</summary>
    public void Chosen(Guid userId, UserStatus status)
    {
        lock (_tableLock)
        {
            if (_table.IsOnline(userId))
            {
                _chosen[userId] = status;
                _changed.Add(userId);
            }
        }
    }

    /// <summary>Tells a socket that has just come who of its people is there.</summary>
    public async Task TellWhoIsThereAsync(DeviceSocket socket, CancellationToken ct)
    {
        foreach (var userId in await audience.PeopleAsync(socket.Caller.UserId, ct))
        {
            if (Show(userId, UserStatus.Online) is var status and not UserStatus.Offline)
            {
                await socket.WaitForRoomAsync(ct);
                socket.TrySend(OutboundFrame.Of("user_status", new UserStatusChange(userId, status)));
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Gather, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await TellChangesAsync(stoppingToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                Log.NotTold(log, fault);
            }
        }
    }

    private async Task TellChangesAsync(CancellationToken ct)
    {
        HashSet<Guid> changed;
        (Guid UserId, Guid DeviceId, DateTimeOffset At)[] seen;
        lock (_tableLock)
        {
            foreach (var (userId, lastSeen) in _table.TakeGone(clock.GetUtcNow()))
            {
                _gone[userId] = lastSeen;
                _changed.Add(userId);
                _chosen.TryRemove(userId, out _);
            }

            (changed, seen) = ([.. _changed], [.. _seen.Select(one => (one.Key.UserId, one.Key.DeviceId, one.Value))]);
            _changed.Clear();
            _seen.Clear();
        }

        try
        {
            if (seen.Length > 0)
            {
                await users.SeenAsync(seen, ct);
                seen = [];
            }

            foreach (var userId in changed.ToArray())
            {
                await TellAsync(userId, LastSeen(userId), ct);
                Told(userId, changed);
            }
        }
        catch
        {
            // The database can't serve: what isn't told yet is told later.
            lock (_tableLock)
            {
                _changed.UnionWith(changed);
                foreach (var (userId, deviceId, at) in seen)
                {
                    _seen.TryAdd((userId, deviceId), at);
                }
            }

            throw;
        }
    }

    /// <summary>When somebody who is gone was here last; null for who is here.</summary>
    private DateTimeOffset? LastSeen(Guid userId)
    {
        lock (_tableLock)
        {
            return _gone.TryGetValue(userId, out var lastSeen) ? lastSeen : null;
        }
    }

    private void Told(Guid userId, HashSet<Guid> changed)
    {
        changed.Remove(userId);
        lock (_tableLock)
        {
            _gone.Remove(userId);
        }
    }

    private async Task TellAsync(Guid userId, DateTimeOffset? lastSeen, CancellationToken ct)
    {
        var status = Show(userId, UserStatus.Online);
        var mayShow = status == UserStatus.Offline && lastSeen is not null && (await users.SettingsAsync(userId, ct)).ShowLastSeen;
        var frame = OutboundFrame.Of("user_status", new UserStatusChange(userId, status, mayShow ? lastSeen : null));
        foreach (var socket in await audience.SocketsAsync(userId, ct))
        {
            socket.TrySend(frame);
        }
    }
}
