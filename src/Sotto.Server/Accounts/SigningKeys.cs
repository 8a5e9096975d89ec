using Microsoft.Extensions.Options;

namespace Sotto.Server.Accounts;

/// <summary>The keys that sign access tokens: the newest signs, older ones verify until the last token they signed has ended.</summary>
internal sealed class SigningKeys(ISigningKeyKeeper keeper, IOptions<AuthOptions> options, TimeProvider clock) : IDisposable
{
    // Nodes notice each other's new keys when they meet a token signed by one, so an old key may sign a little longer.
    private static readonly TimeSpan Overlap = TimeSpan.FromHours(1);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile IReadOnlyList<SigningKey> _keys = [];
    private long _lookedAt = long.MinValue;

    /// <summary>The key to sign with, made anew when the last one is too old.</summary>
    public async ValueTask<SigningKey> CurrentAsync(CancellationToken ct)
    {
        if (_keys is [.., var newest] && !IsOld(newest))
        {
            return newest;
        }

        await _turn.WaitAsync(ct);
        try
        {
            await LoadAsync(ct);
            if (_keys is [] || IsOld(_keys[^1]))
            {
                await keeper.KeepAsync(SigningKey.Make(clock.GetUtcNow()), ct);
                await LoadAsync(ct);
                await ForgetDeadAsync(ct);
            }

            return _keys[^1];
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The key of this id; looks once a second for one that another node may have made.</summary>
    public async ValueTask<SigningKey?> FindAsync(string id, CancellationToken ct)
    {
        if (Find(id) is { } known)
        {
            return known;
        }

        await _turn.WaitAsync(ct);
        try
        {
            if (_lookedAt == long.MinValue || clock.GetElapsedTime(_lookedAt) > BetweenLooks)
            {
                await LoadAsync(ct);
            }

            return Find(id);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Every key that a living token may have been signed with.</summary>
    public async Task<IReadOnlyList<SigningKey>> LivingAsync(CancellationToken ct)
    {
        await CurrentAsync(ct);
        var keys = _keys;
        return [.. keys.Where(key => !IsDead(key, keys))];
    }

    public void Dispose() => _turn.Dispose();

    private SigningKey? Find(string id)
    {
        var keys = _keys;
        return keys.FirstOrDefault(key => key.Id == id && !IsDead(key, keys));
    }

    private bool IsOld(SigningKey key) => clock.GetUtcNow() - key.CreatedAt >= options.Value.SigningKeyLife;

    private bool IsDead(SigningKey key, IReadOnlyList<SigningKey> keys)
    {
        var successor = keys.FirstOrDefault(other => other.CreatedAt > key.CreatedAt);
        return successor is not null && clock.GetUtcNow() > successor.CreatedAt + options.Value.AccessTokenLife + Overlap;
    }

    private async Task LoadAsync(CancellationToken ct)
    {
        _keys = [.. (await keeper.LoadAsync(ct)).OrderBy(key => key.CreatedAt).ThenBy(key => key.Id, StringComparer.Ordinal)];
        _lookedAt = clock.GetTimestamp();
    }

    private async Task ForgetDeadAsync(CancellationToken ct)
    {
        var keys = _keys;
        foreach (var dead in keys.Where(key => IsDead(key, keys)))
        {
            await keeper.ForgetAsync(dead, ct);
        }
    }
}
