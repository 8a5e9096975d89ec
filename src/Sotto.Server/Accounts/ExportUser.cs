using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Http;
using Sotto.Server.Sockets;
using Sotto.Server.Storage;

namespace Sotto.Server.Accounts;

/// <summary>What one module adds to a user's export: it fills its own lists. Modules register theirs, as they do their jobs.</summary>
internal sealed record ExportPart(Func<Guid, UserExport, CancellationToken, Task<UserExport>> FillAsync);

/// <summary>Everything that is stored of the caller: GET /users/me/export.</summary>
internal sealed class ExportUser(Users users, BlockStore blocks, IEnumerable<ExportPart> parts, LiveStatus live, TimeProvider clock)
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
        foreach (var part in parts)
        {
            export = await part.FillAsync(caller.UserId, export, ct);
        }

        return export;
    }
}
