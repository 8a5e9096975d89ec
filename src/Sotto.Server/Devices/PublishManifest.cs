using System.Text.Json;
using System.Text.Json.Nodes;
using Sotto.Contracts;
using Sotto.Server.Accounts;
using Sotto.Server.Callers;
using Sotto.Server.Http;
using Sotto.Server.Sockets;
using Sotto.Server.Storage;

namespace Sotto.Server.Devices;

/// <summary>Stores the signed list of the caller's devices: PUT /users/me/manifest. The version stands in the signed payload and must rise.</summary>
internal sealed class PublishManifest(Database database, DeviceNews news, TimeProvider clock)
{
    private const int LongestPayload = 64 * 1024;
    private const int LongestCertificate = 16 * 1024;

    public static void Map(Routes routes, CommandMap commands) =>
        routes.Put("/users/me/manifest", "Stores a new version of the signed list of own devices.")
            .Refuses(Errors.ManifestConflict)
            .Handle((PublishManifest use, Call call, Manifest body) => use.PublishAsync(call.Caller, body, call.Ct));

    public async Task<Manifest> PublishAsync(Caller caller, Manifest body, CancellationToken ct)
    {
        var version = ReadVersion(body.Payload);
        new Check()
            .Required(body.Payload, "payload").AtMost(body.Payload, "payload", LongestPayload)
            .That(body.Payload is null || version is not null, "payload", "must be base64 of a JSON object with a whole number above 0 as version")
            .That(body.Version is null || version is null || body.Version == version, "version", "must be the version in the payload")
            .Required(body.Signature, "signature").Bytes(body.Signature, "signature", DeviceKeysCheck.SignatureBytes)
            .Required(body.Certificate, "certificate").Length(body.Certificate, "certificate", 1, LongestCertificate)
            .Done();
        var manifest = body with { Version = version };
        var after = await database.WriteAsync(
            async session =>
            {
                await Users.LockAsync(session, caller.UserId);
                if (await ManifestStore.NewestAsync(session, caller.UserId) is { } newest && newest.Version >= version)
                {
                    throw Errors.ManifestConflict.With(
                        "A manifest of this or a higher version is stored already.", new JsonObject { ["version"] = newest.Version });
                }

                await ManifestStore.AddAsync(session, caller.UserId, manifest, clock.NowMs());
                return await news.TellAsync(session, caller.UserId, null);
            },
            ct);
        after();
        return manifest;
    }

    /// <summary>The version in the payload; null when there is none to be read.</summary>
    public static long? ReadVersion(string? payload)
    {
        if (payload is null || payload.Length > LongestPayload)
        {
            return null;
        }

        var bytes = new byte[payload.Length];
        if (!Convert.TryFromBase64String(payload, bytes, out var length))
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(bytes.AsMemory(0, length), new JsonDocumentOptions { MaxDepth = Sizes.JsonDepth });
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("version", out var version)
                && version.ValueKind == JsonValueKind.Number && version.TryGetInt64(out var number) && number > 0
                ? number
                : null;
        }
        catch (JsonException)
        {
            // Not JSON: the caller is told so.
            return null;
        }
    }
}
