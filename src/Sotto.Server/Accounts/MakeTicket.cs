using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Http;
using Sotto.Server.Limits;
using Sotto.Server.Sockets;

namespace Sotto.Server.Accounts;

/// <summary>A one-use ticket for the socket's URL, so that no token stands in one: POST /auth/ticket.</summary>
internal sealed class MakeTicket(CallerCheck check, RateLimits limits)
{
    public static void Map(Routes routes, CommandMap commands) =>
        routes.Post("/auth/ticket", "Makes a ticket for the socket's URL, good for one use within 30 seconds.")
            .Gives<Ticket>()
            .Refuses(Errors.RateLimited)
            .Handle((MakeTicket use, Call call) => use.MakeAsync(call.Caller, call.Ct));

    public Task<Ticket> MakeAsync(Caller caller, CancellationToken ct)
    {
        limits.Take(Limit.Tickets, caller.UserId);
        return check.MakeTicketAsync(caller, ct);
    }
}
