using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Sotto.Contracts;
using Sotto.Server.Storage;

namespace Sotto.Server.Http;

/// <summary>The same <c>Idempotency-Key</c> and body give the first answer again, for 24 hours.</summary>
/// <remarks>
/// The key is claimed before the work and the answer kept after it. Should the process die between, the claim stands without an answer: a repeat
/// is refused rather than done twice, and after a minute the claim is free again when nothing can still be running. Repeats that come while the
/// first is being worked on wait for it if it is on this node. Answers may hold secrets that are shown once, so they are stored sealed: only who
/// knows the key, which isn't stored itself, can open them.
/// </remarks>
internal sealed class Idempotency(IdempotencyStore store, TimeProvider clock)
{
    private const int MaxKey = 255;
    private readonly ConcurrentDictionary<(Guid UserId, string Key), Task> _running = new();

    /// <param name="userId">Whose key it is; null before anybody has signed in, where a key counts for the same request only.</param>
    public async Task<StoredAnswer> OnceAsync(Guid? userId, string key, Call call, Func<Task<StoredAnswer>> run)
    {
        new Check().AtMost(key, "Idempotency-Key", MaxKey).Done();
        var seal = new AnswerSeal(key, Request(call));
        var owner = userId ?? new Guid(seal.Hash.AsSpan(0, 16));
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        while (!_running.TryAdd((owner, seal.Name), done.Task))
        {
            if (_running.TryGetValue((owner, seal.Name), out var first))
            {
                await first.WaitAsync(call.Ct);
            }
        }

        try
        {
            return await ClaimAndRunAsync(owner, seal, call, run);
        }
        finally
        {
            _running.TryRemove((owner, seal.Name), out _);
            done.SetResult();
        }
    }

    private async Task<StoredAnswer> ClaimAndRunAsync(Guid owner, AnswerSeal seal, Call call, Func<Task<StoredAnswer>> run)
    {
        if (await store.ClaimAsync(owner, seal.Name, seal.Hash, clock.NowMs(), call.Ct) is { } earlier)
        {
            return Replay(earlier, seal);
        }

        StoredAnswer answer;
        try
        {
            answer = await run();
        }
        catch
        {
            await store.ReleaseAsync(owner, seal.Name, CancellationToken.None);
            throw;
        }

        await store.KeepAsync(owner, seal.Name, answer with { Raw = answer.Raw is { } raw ? new RawAnswer(seal.Seal(raw.Bytes.Span)) : null }, CancellationToken.None);
        return answer;
    }

    private static StoredAnswer Replay(IdempotencyRow earlier, AnswerSeal seal)
    {
        if (!CryptographicOperations.FixedTimeEquals(earlier.BodyHash, seal.Hash))
        {
            throw Errors.IdempotencyConflict.Because("This Idempotency-Key came before with another body.", ("Idempotency-Key", "was used for another request"));
        }

        if (earlier.Status is not { } status)
        {
            throw Errors.IdempotencyConflict.Because(
                "The first request with this Idempotency-Key is still being worked on.", ("Idempotency-Key", "is in use")).After(TimeSpan.FromSeconds(1));
        }

        return new StoredAnswer((int)status, earlier.Answer is { } bytes ? new RawAnswer(seal.Open(bytes)) : null);
    }

    private static byte[] Request(Call call) =>
        [.. Encoding.UTF8.GetBytes(call.Http.Request.Method + call.Http.Request.Path.Value?.TrimEnd('/') + "\n"), .. call.RawBody.Span];
}

/// <summary>What is stored of a request under an <c>Idempotency-Key</c>, and how its answer is sealed, both by the key itself.</summary>
internal sealed class AnswerSeal(string key, byte[] request)
{
    private static readonly byte[] Purpose = "sotto idempotency answer"u8.ToArray();
    private readonly byte[] _key = Encoding.UTF8.GetBytes(key);

    /// <summary>What stands for the key.</summary>
    public string Name { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("sotto idempotency key\n" + key)));

    /// <summary>What stands for the request: a body may hold a password, so a bare hash would let it be guessed.</summary>
    public byte[] Hash { get; } = HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), request);

    public byte[] Seal(ReadOnlySpan<byte> answer)
    {
        var bytes = new byte[AesGcm.NonceByteSizes.MaxSize + AesGcm.TagByteSizes.MaxSize + answer.Length];
        var (nonce, tag, text) = Split(bytes);
        RandomNumberGenerator.Fill(nonce.Span);
        using var cipher = Cipher();
        cipher.Encrypt(nonce.Span, answer, text.Span, tag.Span);
        return bytes;
    }

    public byte[] Open(byte[] stored)
    {
        var (nonce, tag, text) = Split(stored);
        var answer = new byte[text.Length];
        using var cipher = Cipher();
        cipher.Decrypt(nonce.Span, text.Span, tag.Span, answer);
        return answer;
    }

    private static (Memory<byte> Nonce, Memory<byte> Tag, Memory<byte> Text) Split(Memory<byte> all)
    {
        var (nonce, tag) = (AesGcm.NonceByteSizes.MaxSize, AesGcm.TagByteSizes.MaxSize);
        return (all[..nonce], all.Slice(nonce, tag), all[(nonce + tag)..]);
    }

    private AesGcm Cipher() => new(HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, 32, salt: Hash, info: Purpose), AesGcm.TagByteSizes.MaxSize);
}
