using Sotto.Server.Accounts;
using Sotto.Server.Conversations;
using Sotto.Server.Delivery;
using Sotto.Server.Sockets;

namespace Sotto.Server.Presence;

/// <summary>
/// Who is told of a user: the online people of the user's direct conversations and small groups, and the sockets of members that have joined a
/// larger one. Nobody between whom and the user there is a block.
/// </summary>
internal sealed class PresenceAudience(PresenceStore store, Blocks blocks, Feeds feeds, JoinedSockets joined, Rosters rosters)
{
    /// <summary>The sockets that are told of a change.</summary>
    public async Task<IReadOnlyCollection<DeviceSocket>> SocketsAsync(Guid userId, CancellationToken ct)
    {
        var sockets = new HashSet<DeviceSocket>();
        foreach (var shared in await store.SharedAsync(userId, ct))
        {
            sockets.UnionWith(shared.IsSmall ? Followers(shared.ConversationId) : Joined(shared.ConversationId));
        }

        sockets.RemoveWhere(socket => socket.Caller.UserId == userId);
        var hidden = await HiddenAsync(userId, sockets.Select(socket => socket.Caller.UserId), ct);
        sockets.RemoveWhere(socket => hidden.Contains(socket.Caller.UserId));
        return sockets;
    }

    /// <summary>The connected people of whom the user is told on coming.</summary>
    public async Task<IReadOnlyCollection<Guid>> PeopleAsync(Guid userId, CancellationToken ct)
    {
        var people = new HashSet<Guid>();
        foreach (var shared in (await store.SharedAsync(userId, ct)).Where(shared => shared.IsSmall))
        {
            people.UnionWith((feeds.Find(shared.ConversationId)?.Followers ?? []).Select(follower => follower.UserId));
        }

        people.Remove(userId);
        people.ExceptWith(await HiddenAsync(userId, people, ct));
        return people;
    }

    private async Task<IReadOnlySet<Guid>> HiddenAsync(Guid userId, IEnumerable<Guid> others, CancellationToken ct)
    {
        Guid[] ids = [.. others.Distinct()];
        return ids.Length == 0 ? new HashSet<Guid>() : (await blocks.BetweenAsync(userId, ids, ct)).ToHashSet();
    }

    private IEnumerable<DeviceSocket> Followers(Guid conversationId) =>
        (feeds.Find(conversationId)?.Followers ?? []).OfType<SocketFollower>().Select(follower => follower.Socket);

    /// <summary>Whoever was removed has joined in vain.</summary>
    private IEnumerable<DeviceSocket> Joined(Guid conversationId) =>
        rosters.Cached(conversationId) is { } roster ? joined.In(conversationId).Where(socket => roster.Has(socket.Caller.UserId)) : [];
}
