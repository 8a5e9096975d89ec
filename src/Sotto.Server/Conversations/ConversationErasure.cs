using Sotto.Server.Storage;

namespace Sotto.Server.Conversations;

/// <summary>
/// Erases conversations. In one transaction it is gone for everybody; its entries, of which there may be many, follow in portions, after a crash
/// too.
/// </summary>
internal sealed class ConversationErasure(Database database, ErasureStore store, Rosters rosters, ConversationNews news)
{
    /// <summary>How often what a crash left is looked for.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    /// <summary>Takes the conversation away from everybody; <see cref="FinishAsync(Guid)"/> erases what is left of it.</summary>
    /// <exception cref="RosterMovedException">The roster has another version; decide again.</exception>
    public async Task BeginAsync(Roster roster, CancellationToken ct)
    {
        var isGone = await database.WriteAsync(session => ErasureStore.BeginAsync(session, roster.ConversationId, roster.Version), ct);
        rosters.Forget(roster.ConversationId);
        if (!isGone)
        {
            throw new RosterMovedException();
        }

        news.Erased(roster.ConversationId, [.. roster.Members.Keys]);
    }

    /// <summary>Erases the rest of a conversation that is gone; not for the caller to cancel.</summary>
    public Task FinishAsync(Guid conversationId) => store.FinishAsync(conversationId, CancellationToken.None);

    /// <summary>The job: whatever is still half erased.</summary>
    public async Task FinishAsync(CancellationToken ct)
    {
        foreach (var id in await store.BegunAsync(ct))
        {
            await store.FinishAsync(id, ct);
        }
    }
}

/// <summary>A user's devices have changed.</summary>
/// <param name="ConversationIds">All of the user's conversations.</param>
/// <param name="KeyedDeviceIds">The user's devices that have published keys by now.</param>
internal sealed record DevicesNews(Guid UserId, IReadOnlyList<Guid> ConversationIds, IReadOnlyList<Guid> KeyedDeviceIds);

/// <summary>Changes that are no entries of a log, and whom to tell of them. Filled at start by who pushes; must not block.</summary>
internal sealed class ConversationNews
{
    /// <summary>A user's devices have changed, and with them the rosters of their conversations.</summary>
    public Action<DevicesNews> DeviceListChanged { get; set; } = _ => { };

    /// <summary>A conversation is gone; these were its members.</summary>
    public Action<Guid, IReadOnlyList<Guid>> Erased { get; set; } = (_, _) => { };
}
