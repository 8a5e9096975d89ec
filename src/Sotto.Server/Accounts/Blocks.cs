namespace Sotto.Server.Accounts;

/// <summary>Who has blocked whom, for other modules.</summary>
internal sealed class Blocks(BlockStore store, TimeProvider clock)
{
    private readonly BriefCache<(Guid, Guid), bool> _between = new(clock);

    /// <summary>Whether one of the two has blocked the other; at most a second old.</summary>
    public ValueTask<bool> BetweenAsync(Guid one, Guid other, CancellationToken ct) =>
        _between.GetAsync(Pair(one, other), async (pair, token) => (await store.BetweenAsync(pair.Item1, [pair.Item2], token)).Count > 0, ct);

    /// <summary>Those of <paramref name="others"/> who have blocked the user or are blocked by the user.</summary>
    public Task<IReadOnlyList<Guid>> BetweenAsync(Guid userId, IEnumerable<Guid> others, CancellationToken ct) => store.BetweenAsync(userId, others, ct);

    public void Drop(Guid one, Guid other) => _between.Drop(Pair(one, other));

    private static (Guid, Guid) Pair(Guid one, Guid other) => one.CompareTo(other) < 0 ? (one, other) : (other, one);
}
