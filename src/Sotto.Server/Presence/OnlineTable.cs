namespace Sotto.Server.Presence;

/// <summary>Who is online: whoever has a socket, and for ten seconds after the last one. Pure; the caller locks.</summary>
internal sealed class OnlineTable
{
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly Dictionary<Guid, int> _sockets = [];
    private readonly Dictionary<Guid, DateTimeOffset> _leaving = [];

    public bool IsOnline(Guid userId) => _sockets.ContainsKey(userId) || _leaving.ContainsKey(userId);

    /// <returns>True when the user was offline until now.</returns>
    public bool Arrive(Guid userId)
    {
        var sockets = _sockets.GetValueOrDefault(userId);
        _sockets[userId] = sockets + 1;
        return !_leaving.Remove(userId) && sockets == 0;
    }

    public void Depart(Guid userId, DateTimeOffset now)
    {
        if (!_sockets.TryGetValue(userId, out var sockets))
        {
            return;
        }

        if (sockets > 1)
        {
            _sockets[userId] = sockets - 1;
            return;
        }

        _sockets.Remove(userId);
        _leaving[userId] = now + Grace;
    }

    /// <summary>Those who have gone for good by now, with the moment their last socket went.</summary>
    public IReadOnlyList<(Guid UserId, DateTimeOffset LastSeen)> TakeGone(DateTimeOffset now)
    {
        var gone = _leaving.Where(entry => entry.Value <= now).Select(entry => (entry.Key, entry.Value - Grace)).ToArray();
        foreach (var (userId, _) in gone)
        {
            _leaving.Remove(userId);
        }

        return gone;
    }
}
