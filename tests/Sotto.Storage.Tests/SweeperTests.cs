using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sotto.Server.Storage;

namespace Sotto.Storage.Tests;

/// <summary>The sweeper's turns, with two nodes on one database.</summary>
public sealed class SweeperTests : IAsyncLifetime
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sotto-sweeper-");
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private SqliteDatabase? _database;
    private int _runs;

    public ValueTask InitializeAsync()
    {
        var options = new StorageOptions { DataDirectory = _folder.FullName };
        Migrator.Migrate(options, NullLogger.Instance);
        _database = new SqliteDatabase(options.ConnectionString, NullLogger<SqliteDatabase>.Instance);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _database!.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_due_job_runs_once_and_is_due_again_after_its_period()
    {
        var (node, job) = (Node(), Counting());

        Assert.Equal(Period, await node.TurnAsync(job, CancellationToken.None));
        await node.TurnAsync(job, CancellationToken.None);
        Assert.Equal(1, _runs);

        _clock.Advance(Period);
        await node.TurnAsync(job, CancellationToken.None);
        Assert.Equal(2, _runs);
    }

    [Fact]
    public async Task Of_two_nodes_one_runs_it()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var leave = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var slow = new Job("slow", Period, async _ =>
        {
            entered.SetResult();
            await leave.Task;
        });
        var first = Node().TurnAsync(slow, CancellationToken.None);
        await entered.Task;

        await Node().TurnAsync(Counting("slow"), CancellationToken.None);
        Assert.Equal(0, _runs);

        leave.SetResult();
        await first;
    }

    [Fact]
    public async Task A_failed_run_is_tried_again_soon_and_one_of_a_dead_node_when_its_lease_ends()
    {
        var daily = new Job("daily", TimeSpan.FromDays(1), _ => throw new InvalidOperationException("no luck"));
        Assert.Equal(Sweeper.RetryAfter, await Node().TurnAsync(daily, CancellationToken.None));

        // A node that took the lease and died.
        var store = new JobStore(_database!);
        var leaseEnd = _clock.NowMs() + (long)Sweeper.LeaseOf(Counting()).TotalMilliseconds;
        await store.ClaimAsync("count", _clock.NowMs(), leaseEnd, CancellationToken.None);
        await Node().TurnAsync(Counting(), CancellationToken.None);
        Assert.Equal(0, _runs);

        _clock.Advance(Sweeper.LeaseOf(Counting()));
        await Node().TurnAsync(Counting(), CancellationToken.None);
        Assert.Equal(1, _runs);
    }

    [Fact]
    public async Task A_run_that_the_end_of_the_process_cuts_off_is_due_at_once()
    {
        using var stop = new CancellationTokenSource();
        var endless = new Job("count", Period, async ct =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, ct);
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Node().TurnAsync(endless, stop.Token));

        await Node().TurnAsync(Counting(), CancellationToken.None);
        Assert.Equal(1, _runs);
    }

    private Sweeper Node() => new([], new JobStore(_database!), _clock, NullLogger<Sweeper>.Instance);

    private Job Counting(string name = "count") => new(name, Period, _ =>
    {
        _runs++;
        return Task.CompletedTask;
    });
}
