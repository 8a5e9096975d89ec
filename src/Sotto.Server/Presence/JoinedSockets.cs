using System.Collections.Concurrent;
using Sotto.Server.Sockets;

namespace Sotto.Server.Presence;

/// <summary>Which sockets have joined which conversations: typing, and presence in large ones, go to those only.</summary>
internal sealed class JoinedSockets
{
    private readonly ConcurrentDictionary<Guid, ConcurrentDictionary<DeviceSocket, byte>> _byConversation = new();
    private readonly ConcurrentDictionary<DeviceSocket, ConcurrentDictionary<Guid, byte>> _bySocket = new();

    /// <summary>How many conversations a socket may have joined at once.</summary>
    public const int MaxJoined = 1000;

    /// <returns>False when the socket has joined as many as it may.</returns>
    public bool TryJoin(DeviceSocket socket, Guid conversationId)
    {
        var joined = _bySocket.GetOrAdd(socket, _ => new());
        if (joined.Count >= MaxJoined && !joined.ContainsKey(conversationId))
        {
            return false;
        }

        joined[conversationId] = 0;
        _byConversation.GetOrAdd(conversationId, _ => new())[socket] = 0;
        return true;
    }

    public void Leave(DeviceSocket socket, Guid conversationId)
    {
        if (_bySocket.TryGetValue(socket, out var joined))
        {
            joined.TryRemove(conversationId, out _);
        }

        if (_byConversation.TryGetValue(conversationId, out var sockets) && sockets.TryRemove(socket, out _) && sockets.IsEmpty)
        {
            _byConversation.TryRemove(conversationId, out _);
        }
    }

    public void Forget(DeviceSocket socket)
    {
        if (_bySocket.TryRemove(socket, out var joined))
        {
            foreach (var conversationId in joined.Keys)
            {
                Leave(socket, conversationId);
            }
        }
    }

    public IEnumerable<DeviceSocket> In(Guid conversationId) => _byConversation.TryGetValue(conversationId, out var sockets) ? sockets.Keys : [];

    public IEnumerable<Guid> Of(DeviceSocket socket) => _bySocket.TryGetValue(socket, out var joined) ? joined.Keys : [];
}
