using Sotto.Contracts;
using Sotto.Server.Storage;

namespace Sotto.Server.Operations;

/// <summary>Whether this node can serve: tries a read and a write, at most once a second however often it is asked.</summary>
internal sealed class Readiness(ReadinessStore store, IHostApplicationLifetime life, TimeProvider clock)
{
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly Lock _probeLock = new();
    private Task? _probe;
    private long _probedAt;

    /// <exception cref="RefusedException">UNAVAILABLE while it can't serve.</exception>
    public async Task MustBeReadyAsync(CancellationToken ct)
    {
        if (life.ApplicationStopping.IsCancellationRequested)
        {
            throw Errors.Unavailable.Because("The server is stopping.").After(Remembered);
        }

        Task probe;
        lock (_probeLock)
        {
            if (_probe is null || (_probe.IsCompleted && clock.GetElapsedTime(_probedAt) >= Remembered))
            {
                (_probe, _probedAt) = (store.TryAsync(clock.NowMs(), life.ApplicationStopping), clock.GetTimestamp());
            }

            probe = _probe;
        }

        try
        {
            await probe.WaitAsync(Patience, clock, ct);
        }
        catch (TimeoutException)
        {
            throw Dialect.Unavailable();
        }
    }
}
