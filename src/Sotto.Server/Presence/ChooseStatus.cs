using Sotto.Contracts;
using Sotto.Server.Accounts;
using Sotto.Server.Limits;
using Sotto.Server.Sockets;

namespace Sotto.Server.Presence;

/// <summary>Chooses how the user is shown: the command <c>set_status</c>. Whoever chooses offline is invisible.</summary>
internal sealed class ChooseStatus(RateLimits limits, Users users, OnlineUsers online)
{
    public static void Map(CommandMap commands) =>
        commands.On("set_status", "Chooses how the user is shown to others.")
            .Refuses(Errors.RateLimited)
            .Handle(async (ChooseStatus use, CommandCall call, SetStatus body) =>
            {
                await use.ChooseAsync(call, body);
            });

    private async Task ChooseAsync(CommandCall call, SetStatus body)
    {
        new Check().Required(body.Status, "status").Done();                       // 422
        limits.Take(Limit.Typing, call.Caller.UserId);                            // 429
        await users.ChooseStatusAsync(call.Caller.UserId, body.Status!.Value, call.Ct);
        online.Chosen(call.Caller.UserId, body.Status.Value);
    }
}
