using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Http;
using Sotto.Server.Sockets;
using Sotto.Server.Storage;

namespace Sotto.Server.Accounts;

/// <summary>Makes users agents or administrators, or takes it back: PATCH /admin/api/users/{user_id}. One administrator always stays.</summary>
internal sealed class ChangeServerRole(Database database, Liveness liveness, OutsideIssuer outside, LiveStatus live)
{
    public static void Map(Routes routes, CommandMap commands) =>
        routes.Patch("~/admin/api/users/{user_id}", "Changes what a user may do on this server.")
            .For(Access.Admin)
            .Refuses(Errors.UserNotFound)
            .Handle((ChangeServerRole use, Call call, ServerRoleChange body) => use.ChangeAsync(call.Id("user_id"), body, call.Ct));

    public async Task<User> ChangeAsync(Guid userId, ServerRoleChange body, CancellationToken ct)
    {
        new Check().Required(body.Role, "role").Done();
        var role = body.Role!.Value;
        var user = await database.WriteAsync(
            async session =>
            {
                var before = await UserStore.LockAsync(session, userId) ?? throw Users.NotFound();
                await UserStore.SetRoleAsync(session, userId, role);
                new Check().That(await UserStore.CountAdminsAsync(session) > 0, "role", "must leave one administrator").Done();
                return before with { Role = EnumText.Of(role) };
            },
            ct);
        liveness.DropAll();
        outside.Forget();
        return user.ToUser(live);
    }
}
