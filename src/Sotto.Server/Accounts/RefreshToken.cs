using System.Buffers.Text;
using System.Security.Cryptography;

namespace Sotto.Server.Accounts;

/// <summary>
/// A refresh token: the session's id, 32 random bytes, and a proof under the session's own key that the server made it. The proof tells a token that
/// was used before, however long ago, from one that was never given out; only the hash of the living one is stored.
/// </summary>
internal sealed record RefreshToken(Guid SessionId, string Text, byte[] Random, byte[] Proof)
{
    private const int IdBytes = 16;
    private const int RandomBytes = 32;
    private const int ProofBytes = 16;

    public byte[] Hash => SHA256.HashData(Random);

    public static byte[] NewKey() => RandomNumberGenerator.GetBytes(32);

    public static RefreshToken Make(Guid sessionId, byte[] key)
    {
        var random = RandomNumberGenerator.GetBytes(RandomBytes);
        var proof = Prove(random, key);
        return new RefreshToken(sessionId, Base64Url.EncodeToString([.. sessionId.ToByteArray(bigEndian: true), .. random, .. proof]), random, proof);
    }

    /// <summary>Null when it has not the form of one.</summary>
    public static RefreshToken? Parse(string text)
    {
        Span<byte> bytes = stackalloc byte[IdBytes + RandomBytes + ProofBytes];
        if (text.Length != Base64Url.GetEncodedLength(bytes.Length)
            || !Base64Url.IsValid(text, out var length) || length != bytes.Length || !Base64Url.TryDecodeFromChars(text, bytes, out _))
        {
            return null;
        }

        return new RefreshToken(
            new Guid(bytes[..IdBytes], bigEndian: true), text, bytes.Slice(IdBytes, RandomBytes).ToArray(), bytes[(IdBytes + RandomBytes)..].ToArray());
    }

    /// <summary>Whether the server made it for the session whose key this is.</summary>
    public bool IsGenuine(byte[] key) => CryptographicOperations.FixedTimeEquals(Proof, Prove(Random, key));

    private static byte[] Prove(byte[] random, byte[] key) => HMACSHA256.HashData(key, random)[..ProofBytes];
}
