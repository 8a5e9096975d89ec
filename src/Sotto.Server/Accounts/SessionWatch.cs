using Sotto.Contracts;
using Sotto.Server.Sockets;

namespace Sotto.Server.Accounts;

/// <summary>
/// Closes this node's sockets of sessions and devices that ended elsewhere: on another node, or while the socket was just opening. It looks every
/// second at what ended lately, so its cost doesn't grow with the number of sockets.
/// </summary>
internal sealed class SessionWatch(SessionStore store, Liveness liveness, SocketRegistry sockets, TimeProvider clock, ILogger<SessionWatch> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    // Covers a slow commit, clocks that differ a little, and the time a socket may take to open.
    private static readonly TimeSpan LooksBack = TimeSpan.FromSeconds(15);

    private DateTimeOffset _lookedAt = clock.GetUtcNow();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (sockets.Count > 0)
            {
                await LookAsync(stoppingToken);
            }
            else
            {
                _lookedAt = clock.GetUtcNow();
            }
        }
    }

    private async Task LookAsync(CancellationToken ct)
    {
        try
        {
            var now = clock.GetUtcNow();
            var ended = await store.EndedSinceAsync((_lookedAt - LooksBack).ToUnixTimeMilliseconds(), ct);
            _lookedAt = now;
            foreach (var one in ended)
            {
                // First, so that whoever sees their socket close is refused by REST too.
                liveness.Drop([one.Id]);
                liveness.DropDevice(one.Id);
                foreach (var socket in sockets.SocketsOf(one.UserId))
                {
                    if (socket.Caller.SessionId == one.Id || socket.Caller.DeviceId == one.Id)
                    {
                        socket.Close(CloseCodes.AuthenticationFailed);
                    }
                }
            }
        }
        catch (RefusedException refused)
        {
            // The database can't serve; the next look comes in a second, and reaches back to the last one that succeeded.
            Log.WatchFailed(log, refused);
        }
    }
}
