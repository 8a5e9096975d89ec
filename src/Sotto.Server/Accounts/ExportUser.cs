using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Http;
using Sotto.Server.Sockets;
using Sotto.Server.Storage;

namespace Sotto.Server.Accounts;

/// <summary>What modules add to a user's export: each fills its own lists. A table that modules fill at start.</summary>
internal sealed class ExportParts
{
    private readonly List<Func<Guid, UserExport, CancellationToken, Task<UserExport>>> _parts = [];

    public IReadOnlyList<Func<Guid, UserExport, CancellationToken, Task<UserExport>>> All => _parts;

    public void Add(Func<Guid, UserExport, CancellationToken, Task<UserExport>> part) => _parts.Add(part);
}

/// <summary>Everything that is stored of the caller: GET /users/me/export.</summary>
internal sealed class ExportUser(Users users, BlockStore blocks, ExportParts parts, LiveStatus live, TimeProvider clock)
{
    public static void Map(Routes routes, CommandMap commands) =>
        routes.Get("/users/me/export", "Gives everything that the server holds of the caller; what is sealed stays sealed.")
            .For(Access.User)
            .Handle((ExportUser use, Call call) => use.ExportAsync(call.Caller, call.Ct));

    public async Task<UserExport> ExportAsync(Caller caller, CancellationToken ct)
    {
        var user = await users.MustFindAsync(caller.UserId, ct);
        var blocked = await blocks.ListAsync(caller.UserId, 0, int.MaxValue, ct);
        var export = new UserExport(
            user.ToUser(live), [], [.. blocked.Data.Select(one => one.ToPublic(live))], [], [], [], [], Times.FromMs(clock.NowMs()));
        foreach (var part in parts.All)
        {
            export = await part(caller.UserId, export, ct);
        }

        return export;
    }
}
