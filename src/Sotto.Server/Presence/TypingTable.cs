namespace Sotto.Server.Presence;

/// <summary>Who is typing where, each for six seconds from the last word of it. Pure; the caller locks.</summary>
internal sealed class TypingTable
{
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(6);

    private readonly Dictionary<(Guid Conversation, Guid User), DateTimeOffset> _until = [];

    public int Count => _until.Count;

    /// <returns>Whether others should be told: a change, or a refresh of what they would soon forget.</returns>
    public bool Set(Guid conversationId, Guid userId, bool isTyping, DateTimeOffset now)
    {
        var key = (conversationId, userId);
        if (!isTyping)
        {
            return _until.Remove(key);
        }

        _until[key] = now + Life;
        return true;
    }

    /// <summary>Where the user was typing; it is forgotten.</summary>
    public IReadOnlyList<Guid> Take(Guid userId)
    {
        var conversations = _until.Keys.Where(key => key.User == userId).Select(key => key.Conversation).ToArray();
        foreach (var conversation in conversations)
        {
            _until.Remove((conversation, userId));
        }

        return conversations;
    }

    /// <summary>Those who have fallen silent; they are forgotten.</summary>
    public IReadOnlyList<(Guid Conversation, Guid User)> TakeExpired(DateTimeOffset now)
    {
        var expired = _until.Where(entry => entry.Value <= now).Select(entry => entry.Key).ToArray();
        foreach (var key in expired)
        {
            _until.Remove(key);
        }

        return expired;
    }
}
