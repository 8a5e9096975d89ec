using System.Collections.Concurrent;
using Sotto.Contracts;
using Sotto.Server.Callers;

namespace Sotto.Server.Sockets;

/// <summary>The sockets of this node, by user. Reading takes no lock.</summary>
internal sealed class SocketRegistry
{
    private readonly ConcurrentDictionary<Guid, DeviceSocket[]> _byUser = new();
    private readonly ConcurrentDictionary<DeviceSocket, byte> _all = new();
    private TaskCompletionSource? _emptied;
    private int _live;

    /// <summary>Run, in order, when a socket is authenticated, while it lives: catching up, presence. Filled at start; their token is cancelled when the socket ends.</summary>
    public List<Func<DeviceSocket, CancellationToken, Task>> Live { get; } = [];

    /// <summary>Called when an authenticated socket has gone. Filled at start; must be quick and must not throw.</summary>
    public List<Action<DeviceSocket>> Gone { get; } = [];

    /// <summary>Whether somebody may open a socket on a call's path; else the code to close with. Calls fills it at start: until then no call exists.</summary>
    public Func<Caller, Guid, CancellationToken, ValueTask<CloseCode?>> AdmitToCall { get; set; } = (_, _, _) => ValueTask.FromResult<CloseCode?>(CloseCodes.NotFound);

    /// <summary>Called when a user has another number of sockets than before. Filled at start; must be quick and must not throw.</summary>
    public Action<Guid> Changed { get; set; } = static _ => { };

    /// <summary>How many sockets a user has on other nodes. Filled at start.</summary>
    public Func<Guid, int> Elsewhere { get; set; } = static _ => 0;

    /// <summary>How many sockets are authenticated.</summary>
    public int Count => Volatile.Read(ref _live);

    /// <summary>All sockets, those too that are not authenticated yet.</summary>
    public IEnumerable<DeviceSocket> All => _all.Select(static pair => pair.Key);

    public IReadOnlyList<DeviceSocket> SocketsOf(Guid userId) => _byUser.TryGetValue(userId, out var sockets) ? sockets : [];

    /// <summary>Ends every socket of a device.</summary>
    public void CloseDevice(Guid deviceId, CloseCode code) => CloseWhere(caller => caller.DeviceId == deviceId, code);

    /// <summary>Ends every socket of a user.</summary>
    public void CloseUser(Guid userId, CloseCode code)
    {
        foreach (var socket in SocketsOf(userId))
        {
            socket.Close(code);
        }
    }

    /// <summary>Ends every socket that was opened in a session.</summary>
    public void CloseSession(Guid sessionId, CloseCode code) => CloseWhere(caller => caller.SessionId == sessionId, code);

    internal void Opened(DeviceSocket socket) => _all[socket] = 0;

    internal void Closed(DeviceSocket socket)
    {
        _all.TryRemove(socket, out _);
        if (Volatile.Read(ref _emptied) is { } emptied && _all.IsEmpty)
        {
            emptied.TrySetResult();
        }
    }

    /// <summary>Completes when the last socket has closed. For the end of the process, when no new ones come.</summary>
    internal Task EmptyAsync()
    {
        var emptied = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _emptied, emptied);
        if (_all.IsEmpty)
        {
            emptied.TrySetResult();
        }

        return emptied.Task;
    }

    /// <returns>False when the user has as many sockets as may be.</returns>
    internal bool TryAdd(DeviceSocket socket, int max)
    {
        var userId = socket.Caller.UserId;
        while (true)
        {
            var sockets = _byUser.GetOrAdd(userId, static _ => []);
            if (sockets.Length >= max)
            {
                return false;
            }

            if (_byUser.TryUpdate(userId, [.. sockets, socket], sockets))
            {
                Interlocked.Increment(ref _live);
                Metrics.Live.Add(1);
                Changed(userId);
                return true;
            }
        }
    }

    internal void Remove(DeviceSocket socket)
    {
        var userId = socket.Caller.UserId;
        while (_byUser.TryGetValue(userId, out var sockets))
        {
            DeviceSocket[] rest = [.. sockets.Where(other => other != socket)];
            if (rest.Length == sockets.Length)
            {
                return;
            }

            if (rest.Length == 0 ? _byUser.TryRemove(new KeyValuePair<Guid, DeviceSocket[]>(userId, sockets)) : _byUser.TryUpdate(userId, rest, sockets))
            {
                Interlocked.Decrement(ref _live);
                Metrics.Live.Add(-1);
                Changed(userId);
                return;
            }
        }
    }

    private void CloseWhere(Func<Caller, bool> which, CloseCode code)
    {
        foreach (var socket in _byUser.SelectMany(static pair => pair.Value))
        {
            if (which(socket.Caller))
            {
                socket.Close(code);
            }
        }
    }
}
