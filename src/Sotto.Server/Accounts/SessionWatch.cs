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

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (sockets.Count > 0)
            {
                await LookAsync(stoppingToken);
            }
        }
    }

    private async Task LookAsync(CancellationToken ct)
    {
        try
        {
            foreach (var ended in await store.EndedSinceAsync((clock.GetUtcNow() - LooksBack).ToUnixTimeMilliseconds(), ct))
            {
                // First, so that whoever sees their socket close is refused by REST too.
                liveness.Drop([ended.Id]);
                liveness.DropDevice(ended.Id);
                foreach (var socket in sockets.SocketsOf(ended.UserId))
                {
                    if (socket.Caller.SessionId == ended.Id || socket.Caller.DeviceId == ended.Id)
                    {
                        socket.Close(CloseCodes.AuthenticationFailed);
                    }
                }
            }
        }
        catch (RefusedException refused)
        {
            // The database can't serve; the next look comes in a second, and reaches far enough back.
            Log.WatchFailed(log, refused);
        }
    }
}
