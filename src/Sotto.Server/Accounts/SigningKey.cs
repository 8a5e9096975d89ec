using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;
using Sotto.Contracts;

namespace Sotto.Server.Accounts;

/// <summary>A key that signs access tokens (P-256), in its three forms: to keep, to sign and verify with, and to publish.</summary>
internal sealed record SigningKey(string Id, DateTimeOffset CreatedAt, byte[] Pkcs8, JsonWebKey Key, JsonWebKeyInfo Public)
{
    public static SigningKey Make(DateTimeOffset now)
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return From(pair, now);
    }

    public static SigningKey Load(byte[] pkcs8, DateTimeOffset createdAt)
    {
        using var pair = ECDsa.Create();
        pair.ImportPkcs8PrivateKey(pkcs8, out _);
        return From(pair, createdAt);
    }

    private static SigningKey From(ECDsa pair, DateTimeOffset createdAt)
    {
        var parts = pair.ExportParameters(includePrivateParameters: true);
        var (x, y) = (Base64Url.EncodeToString(parts.Q.X), Base64Url.EncodeToString(parts.Q.Y));
        var id = Base64Url.EncodeToString(SHA256.HashData([.. parts.Q.X!, .. parts.Q.Y!]).AsSpan(0, 12));
        var key = new JsonWebKey { Kty = "EC", Crv = "P-256", Alg = "ES256", Use = "sig", Kid = id, KeyId = id, X = x, Y = y, D = Base64Url.EncodeToString(parts.D) };
        return new SigningKey(id, createdAt, pair.ExportPkcs8PrivateKey(), key, new JsonWebKeyInfo("EC", "P-256", id, "sig", "ES256", x, y));
    }
}
