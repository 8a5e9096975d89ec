using Sotto.Server.Accounts;

namespace Sotto.Server.Tests.Accounts;

/// <summary>Keeps signing keys in memory.</summary>
internal sealed class FakeKeyKeeper : ISigningKeyKeeper
{
    private readonly List<SigningKey> _keys = [];

    public Task<IReadOnlyList<SigningKey>> LoadAsync(CancellationToken ct) => Task.FromResult<IReadOnlyList<SigningKey>>([.. _keys]);

    public Task KeepAsync(SigningKey key, CancellationToken ct)
    {
        _keys.Add(key);
        return Task.CompletedTask;
    }

    public Task ForgetAsync(SigningKey key, CancellationToken ct)
    {
        _keys.RemoveAll(kept => kept.Id == key.Id);
        return Task.CompletedTask;
    }
}
