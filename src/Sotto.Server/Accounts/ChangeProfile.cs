using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Http;
using Sotto.Server.Sockets;
using Sotto.Server.Storage;

namespace Sotto.Server.Accounts;

/// <summary>Changes the caller's account: PATCH /users/me. What isn't named stays; an empty avatar takes it away.</summary>
internal sealed class ChangeProfile(Database database, Users users, DeviceNews news, LiveStatus live, TimeProvider clock)
{
    private const int LongestAvatar = 2048;

    public static void Map(Routes routes, CommandMap commands) =>
        routes.Patch("/users/me", "Changes the caller's own account.")
            .For(Access.User)
            .Handle((ChangeProfile use, Call call, UserChanges body) => use.ChangeAsync(call.Caller, body, call.Ct));

    public async Task<User> ChangeAsync(Caller caller, UserChanges body, CancellationToken ct)
    {
        var shown = body.DisplayName?.Trim();
        new Check()
            .Length(shown, "display_name", 1, UserName.LongestDisplayName)
            .Label(shown, "display_name", UserName.LongestDisplayName)
            .Label(body.Avatar, "avatar", LongestAvatar)
            .Done();
        var (user, after) = await database.WriteAsync(
            async session =>
            {
                var before = await UserStore.LockAsync(session, caller.UserId) ?? throw Users.NotFound();
                var changed = before with
                {
                    DisplayName = shown ?? before.DisplayName,
                    Avatar = body.Avatar is { } avatar ? (avatar.Length == 0 ? null : avatar) : before.Avatar,
                    Status = body.Status is { } status ? EnumText.Of(status) : before.Status,
                    Discoverable = body.Settings?.Discoverable ?? before.Discoverable,
                    ReceiptsSince = body.Settings?.ReadReceipts switch { true => before.ReceiptsSince ?? clock.NowMs(), false => null, _ => before.ReceiptsSince },
                    ShowLastSeen = body.Settings?.ShowLastSeen ?? before.ShowLastSeen,
                };
                await UserStore.ChangeAsync(session, changed);

                // Rosters hold who gives read receipts.
                return (changed, changed.ReceiptsSince == before.ReceiptsSince ? null : await news.KeepToItselfAsync(session, caller.UserId));
            },
            ct);
        users.DropSettings(caller.UserId);
        after?.Invoke();
        if (body.Status is { } chosen)
        {
            live.Chosen(caller.UserId, chosen);
        }

        return user.ToUser(live);
    }
}
