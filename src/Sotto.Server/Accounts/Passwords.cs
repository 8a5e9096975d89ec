using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Sotto.Contracts;

namespace Sotto.Server.Accounts;

/// <summary>What a password check found.</summary>
internal enum PasswordAnswer
{
    Wrong,
    Right,

    /// <summary>Right, but hashed by older settings: hash it again.</summary>
    RightButOld,
}

/// <summary>Hashes passwords, a few at a time, and takes as long for a name that doesn't exist.</summary>
internal sealed class Passwords : IDisposable
{
    public const int Shortest = 8;
    public const int Longest = 128;

    // Whoever would stand further back would wait longer than a client does.
    private const int MaxWaiting = 256;

    private readonly PasswordHasher<object> _hasher;
    private readonly SemaphoreSlim _turns;
    private readonly string _nobodys;
    private int _waiting;

    public Passwords(IOptions<AccountOptions> options)
    {
        var settings = options.Value;
        _hasher = new PasswordHasher<object>(Options.Create(new PasswordHasherOptions { IterationCount = settings.PasswordIterations }));
        var atOnce = settings.PasswordsAtOnce > 0 ? settings.PasswordsAtOnce : Math.Max(1, Environment.ProcessorCount / 2);
        _turns = new SemaphoreSlim(atOnce, atOnce);
        _nobodys = _hasher.HashPassword(this, Convert.ToBase64String(RandomNumberGenerator.GetBytes(24)));
    }

    public Task<string> HashAsync(string password, CancellationToken ct) => InTurnAsync(() => _hasher.HashPassword(this, password), ct);

    /// <param name="hash">Null when there is no such account; the check takes as long, and fails.</param>
    /// <param name="password">What was typed.</param>
    /// <param name="ct">Counts while waiting for a turn.</param>
    public Task<PasswordAnswer> CheckAsync(string? hash, string password, CancellationToken ct) =>
        InTurnAsync(
            () => (_hasher.VerifyHashedPassword(this, hash ?? _nobodys, password), hash) switch
            {
                (_, null) or (PasswordVerificationResult.Failed, _) => PasswordAnswer.Wrong,
                (PasswordVerificationResult.SuccessRehashNeeded, _) => PasswordAnswer.RightButOld,
                _ => PasswordAnswer.Right,
            },
            ct);

    public void Dispose() => _turns.Dispose();

    private async Task<T> InTurnAsync<T>(Func<T> work, CancellationToken ct)
    {
        try
        {
            if (Interlocked.Increment(ref _waiting) > MaxWaiting)
            {
                throw Errors.Unavailable.Because("Too many people are signing in at the moment; try again.").After(TimeSpan.FromSeconds(5));
            }

            await _turns.WaitAsync(ct);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }

        try
        {
            return work();
        }
        finally
        {
            _turns.Release();
        }
    }
}
