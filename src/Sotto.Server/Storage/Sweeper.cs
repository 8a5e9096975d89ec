namespace Sotto.Server.Storage;

/// <summary>Runs the table of jobs. Each has a loop of its own, so that a slow one keeps nobody waiting.</summary>
internal sealed class Sweeper(IEnumerable<Job> jobs, JobStore store, TimeProvider clock, ILogger<Sweeper> log) : BackgroundService
{
    private static readonly TimeSpan ShortestLease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestLease = TimeSpan.FromMinutes(5);

    /// <summary>How soon a failed run is tried again, unless its period is shorter.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(1);

    /// <summary>A node that dies in a job holds it up for this long at most; a run that takes longer is cut off.</summary>
    public static TimeSpan LeaseOf(Job job) => TimeSpan.FromTicks(Math.Clamp(2 * job.Period.Ticks, ShortestLease.Ticks, LongestLease.Ticks));

    /// <summary>One turn of a job: runs it if it is due and nobody else does.</summary>
    /// <returns>How long nothing needs to be done about this job.</returns>
    public async Task<TimeSpan> TurnAsync(Job job, CancellationToken ct)
    {
        var now = clock.NowMs();
        var due = await store.DueAsync(job.Name, ct);
        if (due > now)
        {
            return UntilNext(job, due - now);
        }

        var leaseEnd = now + (long)LeaseOf(job).TotalMilliseconds;
        due = await store.ClaimAsync(job.Name, now, leaseEnd, ct);
        if (due != leaseEnd)
        {
            return UntilNext(job, due - now);
        }

        // A run that is cut off by the end of the process is due at once, for whoever comes next.
        var wait = TimeSpan.Zero;
        try
        {
            wait = await RunAsync(job, ct);
        }
        finally
        {
            await store.ReleaseAsync(job.Name, leaseEnd, clock.NowMs() + (long)wait.TotalMilliseconds, CancellationToken.None);
        }

        return wait;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(jobs.Select(job => RepeatAsync(job, stoppingToken)));

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    /// <summary>Looks again at least once a period: the lease of a node that died must not hold up a job of short period for longer than itself.</summary>
    private static TimeSpan UntilNext(Job job, long milliseconds) => Shorter(TimeSpan.FromMilliseconds(Math.Max(milliseconds, 1)), job.Period);

    private async Task<TimeSpan> RunAsync(Job job, CancellationToken ct)
    {
        using var leaseEnds = new CancellationTokenSource(LeaseOf(job), clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, leaseEnds.Token);
        try
        {
            await job.RunAsync(either.Token);
            Metrics.Jobs.Add(1, new("job", job.Name), new("outcome", "done"));
            return job.Period;
        }
        catch (Exception fault) when (!ct.IsCancellationRequested)
        {
            Log.JobFailed(log, job.Name, fault);
            Metrics.Jobs.Add(1, new("job", job.Name), new("outcome", "failed"));
            return Shorter(RetryAfter, job.Period);
        }
    }

    private async Task RepeatAsync(Job job, CancellationToken ct)
    {
        while (true)
        {
            TimeSpan wait;
            try
            {
                wait = await TurnAsync(job, ct);
            }
            catch (Exception fault) when (!ct.IsCancellationRequested)
            {
                Log.JobFailed(log, job.Name, fault);
                wait = Shorter(RetryAfter, job.Period);
            }

            await Task.Delay(wait, clock, ct);
        }
    }
}
