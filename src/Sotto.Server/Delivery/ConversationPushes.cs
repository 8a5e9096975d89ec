using Sotto.Contracts;
using Sotto.Server.Conversations;
using Sotto.Server.Sockets;

namespace Sotto.Server.Delivery;

/// <summary>Tells sockets of what is no entry of a log: a conversation that is new to somebody or is gone, and devices that have changed.</summary>
internal sealed class ConversationPushes(SocketRegistry sockets, Feeds feeds, ConversationViews views)
{
    /// <summary>The user is in the conversation from now on; each sees it with their own membership.</summary>
    public async Task CreatedAsync(Guid userId, Guid conversationId, CancellationToken ct)
    {
        try
        {
            Send(userId, OutboundFrame.Of("conversation_created", new ConversationCreated(await views.OneAsync(userId, conversationId, ct), conversationId)));
        }
        catch (RefusedException refused) when (refused.Error == Errors.ConversationNotFound)
        {
            // Gone again already.
        }
    }

    public void Deleted(Guid conversationId, IReadOnlyList<Guid> members)
    {
        feeds.End(conversationId);
        var frame = OutboundFrame.Of("conversation_deleted", new ConversationDeleted(conversationId));
        foreach (var userId in members)
        {
            Send(userId, frame);
        }
    }

    /// <summary>Told to everybody here who shares a conversation with the user, with the conversations they share, and to the user's own devices.</summary>
    public void DeviceListChanged(DevicesNews news)
    {
        var told = sockets.SocketsOf(news.UserId).ToDictionary(socket => socket, _ => new List<Guid>());
        foreach (var id in news.ConversationIds)
        {
            foreach (var follower in feeds.Find(id)?.Followers.OfType<SocketFollower>() ?? [])
            {
                if (!told.TryGetValue(follower.Socket, out var shared))
                {
                    told[follower.Socket] = shared = [];
                }

                shared.Add(id);
            }
        }

        foreach (var (socket, shared) in told)
        {
            socket.TrySend(OutboundFrame.Of("device_list_changed", new DeviceListChanged(news.UserId, shared)));
        }
    }

    private void Send(Guid userId, OutboundFrame frame)
    {
        foreach (var socket in sockets.SocketsOf(userId))
        {
            socket.TrySend(frame);
        }
    }
}
