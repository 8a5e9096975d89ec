using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Sotto.Contracts;
using Sotto.Server.Accounts;
using Sotto.Server.Callers;
using Sotto.Server.Http;
using Sotto.Server.Sockets;
using Sotto.Server.Storage;

namespace Sotto.Server.Devices;

/// <summary>Keeps opaque sealed blobs of the caller: GET, PUT and DELETE /backup/{name}, GET /backup/. Versioned by ETag.</summary>
internal sealed class KeepBackup(Database database, BackupStore store, TimeProvider clock)
{
    private const int MaxBlobs = 4096;
    private const int LongestName = 64;

    public static void Map(Routes routes, CommandMap commands)
    {
        routes.Get("/backup/", "Lists the caller's backup blobs.")
            .Pages()
            .Handle((KeepBackup use, Call call) => use.ListAsync(call.Caller, call.Paging(), call.Ct));
        routes.Get("/backup/{name}", "Gives the bytes of a backup blob, and its version as ETag.")
            .GivesBytes().Hears("If-None-Match", "A version that the client has already.").Also(304, "It is still that version; there is no body.")
            .Refuses(Errors.BackupNotFound)
            .Handle((KeepBackup use, Call call) => use.ReadAsync(call));
        routes.Put("/backup/{name}", "Stores the bytes of the body as a backup blob.")
            .Hears("If-Match", "Stores over this version only.").Hears("If-None-Match", "With `*`, stores only where there is no blob yet.")
            .TakesBytes(Sizes.BackupBytes)
            .Refuses(Errors.VersionConflict, Errors.QuotaExceeded)
            .Handle((KeepBackup use, Call call) => use.StoreAsync(call));
        routes.Delete("/backup/{name}", "Removes a backup blob.")
            .Hears("If-Match", "Removes this version only.")
            .Refuses(Errors.BackupNotFound, Errors.VersionConflict)
            .Handle((KeepBackup use, Call call) => use.RemoveAsync(call));
    }

    public Task<Page<BackupInfo>> ListAsync(Caller caller, Paging paging, CancellationToken ct) => store.ListAsync(caller.UserId, paging.Skip, paging.Limit, ct);

    public async Task<RawAnswer?> ReadAsync(Call call)
    {
        var name = Name(call);
        while (true)
        {
            var row = await store.FindAsync(call.Caller.UserId, name, call.Ct) ?? throw NotFound();
            call.Http.Response.Headers.ETag = row.Etag;
            if (call.Http.Request.Headers.IfNoneMatch.Contains(row.Etag))
            {
                call.Status = 304;
                return null;
            }

            // Replaced between the two reads: look again.
            if (await store.ContentAsync(call.Caller.UserId, name, row.Etag, call.Ct) is { } content)
            {
                return new RawAnswer(content, "application/octet-stream");
            }
        }
    }

    public async Task<BackupInfo> StoreAsync(Call call)
    {
        var name = Name(call);
        var content = call.RawBody.ToArray();
        var row = await database.WriteAsync(
            async session =>
            {
                await Users.LockAsync(session, call.Caller.UserId);
                var before = await BackupStore.FindAsync(session, call.Caller.UserId, name);
                MustMatch(call, before);
                var (count, bytes) = await BackupStore.OthersAsync(session, call.Caller.UserId, name);
                if (count >= MaxBlobs || bytes + content.Length > Sizes.BackupBytes)
                {
                    throw Errors.QuotaExceeded.With(
                        $"A user's backup holds {Sizes.BackupBytes} bytes in {MaxBlobs} blobs.",
                        new JsonObject { ["limit"] = Sizes.BackupBytes, ["used"] = bytes });
                }

                var version = (before?.Version ?? 0) + 1;
                var stored = new BackupRow
                {
                    Name = name, Version = version, Etag = $"\"{version}-{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8))}\"",
                    Size = content.Length, UpdatedAt = clock.NowMs(),
                };
                await BackupStore.PutAsync(session, call.Caller.UserId, stored, content);
                return stored;
            },
            call.Ct);
        call.Http.Response.Headers.ETag = row.Etag;
        return row.ToInfo();
    }

    public async Task RemoveAsync(Call call)
    {
        var name = Name(call);
        await database.WriteAsync(
            async session =>
            {
                await Users.LockAsync(session, call.Caller.UserId);
                MustMatch(call, await BackupStore.FindAsync(session, call.Caller.UserId, name) ?? throw NotFound());
                await BackupStore.RemoveAsync(session, call.Caller.UserId, name);
            },
            call.Ct);
    }

    private static string Name(Call call)
    {
        var name = call.Text("name");
        new Check()
            .That(
                name.Length is > 0 and <= LongestName && name.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-'),
                "name", $"must have 1 to {LongestName} of the characters a-z 0-9 -")
            .Done();
        return name;
    }

    private static void MustMatch(Call call, BackupRow? stored)
    {
        var headers = call.Http.Request.Headers;
        var fits = headers.IfMatch.Count == 0 || (stored is not null && (headers.IfMatch.Contains(stored.Etag) || headers.IfMatch.Contains("*")));
        if (!fits || (headers.IfNoneMatch.Contains("*") && stored is not null))
        {
            throw Errors.VersionConflict.With(
                "The blob is another version than the request expects.", new JsonObject { ["etag"] = stored?.Etag, ["version"] = stored?.Version });
        }
    }

    private static RefusedException NotFound() => Errors.BackupNotFound.Because("There is no backup blob of this name.");
}
