using System.Collections.Concurrent;
using Sotto.Contracts;
using Sotto.Server.Storage;

namespace Sotto.Server.Conversations;

/// <summary>The rosters of conversations, cached by version. The database decides: an append on an old version is refused there.</summary>
internal sealed class Rosters(RosterStore store) : IDisposable
{
    private const int MaxCached = 20_000;

    // Beyond the second attempt only other nodes are in the way, and each attempt loses to one of them at most.
    private const int Attempts = 16;
    private const int AttemptsInTheCrowd = 2;

    private readonly ConcurrentDictionary<Guid, Roster> _cache = new();

    // Who changes a roster, and who was overtaken by changes, goes one by one here: when a hundred join at once, each would else be decided a
    // hundred times. Conversations share gates; nobody holds two.
    private readonly SemaphoreSlim[] _gates = [.. Enumerable.Range(0, 256).Select(_ => new SemaphoreSlim(1))];

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
        for (var attempt = 0; attempt < AttemptsInTheCrowd; attempt++)
        {
            try
            {
                return await decide(roster);
            }
            catch (RosterMovedException)
            {
                known = false;
            }
            catch (RefusedException) when (known)
            {
                known = false;
                if (await store.VersionAsync(conversationId, ct) == roster.Version)
                {
                    throw;
                }
            }

            roster = await LoadAsync(conversationId, ct);
        }

        return await AloneAsync(conversationId, decide, ct);
    }

    /// <summary>As <see cref="WithCurrentAsync{T}"/>, for what changes the roster: one after another on this node, on the current roster.</summary>
    /// <param name="decide">Must not decide about a roster again.</param>
    public async Task<T> AloneAsync<T>(Guid conversationId, Func<Roster, Task<T>> decide, CancellationToken ct)
    {
        var gate = _gates[(uint)conversationId.GetHashCode() % (uint)_gates.Length];
        await gate.WaitAsync(ct);
        try
        {
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                try
                {
                    return await decide(await CurrentAsync(conversationId, ct));
                }
                catch (RosterMovedException)
                {
                    // Another node was quicker.
                }
            }
        }
        finally
        {
            gate.Release();
        }

        throw Dialect.Unavailable();
    }

    public void Dispose()
    {
        foreach (var gate in _gates)
        {
            gate.Dispose();
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
