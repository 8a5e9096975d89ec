using System.Collections.Concurrent;
using System.Security.Cryptography;
using Sotto.Contracts;
using Sotto.Server.Storage;

namespace Sotto.Server.Http;

/// <summary>The same <c>Idempotency-Key</c> and body give the first answer again, for 24 hours.</summary>
/// <remarks>
/// The key is claimed before the work and the answer kept after it. Should the process die between, the claim stands without an answer: a repeat
/// is refused rather than done twice, and after a minute the claim is free again when nothing can still be running. Repeats that come while the
/// first is being worked on wait for it if it is on this node.
/// </remarks>
internal sealed class Idempotency(IdempotencyStore store, TimeProvider clock)
{
    private const int MaxKey = 255;
    private readonly ConcurrentDictionary<(Guid UserId, string Key), Task> _running = new();

    public async Task<StoredAnswer> OnceAsync(Guid userId, string key, Call call, Func<Task<StoredAnswer>> run)
    {
        new Check().AtMost(key, "Idempotency-Key", MaxKey).Done();
        var hash = Hash(call);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        while (!_running.TryAdd((userId, key), done.Task))
        {
            if (_running.TryGetValue((userId, key), out var first))
            {
                await first.WaitAsync(call.Ct);
            }
        }

        try
        {
            return await ClaimAndRunAsync(userId, key, hash, call, run);
        }
        finally
        {
            _running.TryRemove((userId, key), out _);
            done.SetResult();
        }
    }

    private async Task<StoredAnswer> ClaimAndRunAsync(Guid userId, string key, byte[] hash, Call call, Func<Task<StoredAnswer>> run)
    {
        if (await store.ClaimAsync(userId, key, hash, clock.NowMs(), call.Ct) is { } earlier)
        {
            return Replay(earlier, hash);
        }

        StoredAnswer answer;
        try
        {
            answer = await run();
        }
        catch
        {
            await store.ReleaseAsync(userId, key, CancellationToken.None);
            throw;
        }

        await store.KeepAsync(userId, key, answer, CancellationToken.None);
        return answer;
    }

    private static StoredAnswer Replay(IdempotencyRow earlier, byte[] hash)
    {
        if (!CryptographicOperations.FixedTimeEquals(earlier.BodyHash, hash))
        {
            throw Errors.IdempotencyConflict.Because("This Idempotency-Key came before with another body.", ("Idempotency-Key", "was used for another request"));
        }

        if (earlier.Status is not { } status)
        {
            throw Errors.IdempotencyConflict.Because(
                "The first request with this Idempotency-Key is still being worked on.", ("Idempotency-Key", "is in use")).After(TimeSpan.FromSeconds(1));
        }

        return new StoredAnswer((int)status, earlier.Answer is { } bytes ? new RawAnswer(bytes) : null);
    }

    private static byte[] Hash(Call call)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes(call.Http.Request.Method + call.Http.Request.Path.Value?.TrimEnd('/') + "\n"));
        hash.AppendData(call.RawBody.Span);
        return hash.GetHashAndReset();
    }
}
