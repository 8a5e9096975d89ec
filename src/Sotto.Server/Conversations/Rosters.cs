using System.Collections.Concurrent;
using Sotto.Contracts;
using Sotto.Server.Storage;

namespace Sotto.Server.Conversations;

/// <summary>The rosters of conversations, cached by version. The database decides: an append on an old version is refused there.</summary>
internal sealed class Rosters(RosterStore store)
{
    private const int MaxCached = 20_000;
    private const int Attempts = 8;

    private readonly ConcurrentDictionary<Guid, Roster> _cache = new();

    /// <summary>The roster as it is now.</summary>
    /// <exception cref="RefusedException">CONVERSATION_NOT_FOUND.</exception>
    public async Task<Roster> CurrentAsync(Guid conversationId, CancellationToken ct)
    {
        var version = await store.VersionAsync(conversationId, ct) ?? throw NotFound();
        return _cache.TryGetValue(conversationId, out var cached) && cached.Version == version ? cached : await LoadAsync(conversationId, ct);
    }

    /// <summary>
    /// Decides on the cached roster and acts; decides again on the current one when the roster had moved. A refusal counts only on the
    /// current roster.
    /// </summary>
    public async Task<T> WithCurrentAsync<T>(Guid conversationId, Func<Roster, Task<T>> decide, CancellationToken ct)
    {
        var known = _cache.TryGetValue(conversationId, out var roster);
        roster ??= await LoadAsync(conversationId, ct);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await decide(roster);
            }
            catch (RosterMovedException) when (attempt < Attempts)
            {
                roster = await LoadAsync(conversationId, ct);
                known = false;
            }
            catch (RosterMovedException)
            {
                throw Dialect.Unavailable();
            }
            catch (RefusedException) when (known)
            {
                known = false;
                if (await store.VersionAsync(conversationId, ct) == roster.Version)
                {
                    throw;
                }

                roster = await LoadAsync(conversationId, ct);
            }
        }
    }

    /// <exception cref="RefusedException">CONVERSATION_NOT_FOUND; NOT_A_MEMBER for whoever never was one.</exception>
    public async Task MustHaveBeenMemberAsync(Guid conversationId, Guid userId, CancellationToken ct)
    {
        if (await store.VersionAsync(conversationId, ct) is null)
        {
            throw NotFound();
        }

        if (!await store.WasMemberAsync(conversationId, userId, ct))
        {
            throw Errors.NotAMember.Because("You are not a member of this conversation.");
        }
    }

    /// <summary>The cached roster, if there is one; for choosing whom to tell of things that are not stored.</summary>
    public Roster? Cached(Guid conversationId) => _cache.GetValueOrDefault(conversationId);

    public void Forget(Guid conversationId) => _cache.TryRemove(conversationId, out _);

    private async Task<Roster> LoadAsync(Guid conversationId, CancellationToken ct)
    {
        var roster = await store.LoadAsync(conversationId, ct);
        if (roster is null)
        {
            Forget(conversationId);
            throw NotFound();
        }

        if (_cache.Count >= MaxCached)
        {
            // Rarely reached, and cheap to refill: a tenth goes, whichever.
            foreach (var key in _cache.Keys.Take(MaxCached / 10))
            {
                Forget(key);
            }
        }

        return _cache[conversationId] = roster;
    }

    private static RefusedException NotFound() => Errors.ConversationNotFound.Because("There is no such conversation.");
}
