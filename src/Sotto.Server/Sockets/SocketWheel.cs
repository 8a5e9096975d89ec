namespace Sotto.Server.Sockets;

/// <summary>Looks at each socket about once a second, so that none needs a timer of its own; and closes all of them before the process ends.</summary>
internal sealed class SocketWheel(SocketRegistry registry, SocketHost host, TimeProvider clock, ILogger<SocketWheel> log) : BackgroundService, IHostedLifecycleService
{
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Runs before anything is stopped: what was begun is finished and answered, then every socket gets 1012.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        host.Stop();
        if (registry.Count > 0)
        {
            Log.Draining(log, registry.Count);
        }

        foreach (var socket in registry.All)
        {
            socket.CloseForRestart();
        }

        try
        {
            await registry.EmptyAsync().WaitAsync(host.Options.DrainWithin, clock, cancellationToken);
        }
        catch (Exception late) when (late is TimeoutException or OperationCanceledException)
        {
            Log.NotDrained(log, registry.All.Count());
        }
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Turn, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var socket in registry.All)
            {
                try
                {
                    socket.Tick();
                }
                catch (Exception fault)
                {
                    // One bad socket must not cost the others their heartbeat.
                    Log.TickFailed(log, fault);
                }
            }
        }
    }
}
