namespace Sotto.Server.Storage;

/// <summary>Work that is done again and again, by one node at a time: expiry, retention, clearing up.</summary>
/// <param name="Name">Unique; also the row of its lease.</param>
/// <param name="Period">From the end of one run to the beginning of the next.</param>
/// <param name="RunAsync">
/// One run. Must bear being cut off anywhere and run again. Its token is cancelled when the lease ends; a job with much to do does a part and
/// leaves the rest to the next run.
/// </param>
internal sealed record Job(string Name, TimeSpan Period, Func<CancellationToken, Task> RunAsync);

internal static class JobRegistration
{
    /// <summary>Adds a job to the sweeper's table: <c>services.AddJob&lt;SomeStore&gt;("name", period, (store, ct) =&gt; …)</c>.</summary>
    public static void AddJob<T>(this IServiceCollection services, string name, TimeSpan period, Func<T, CancellationToken, Task> run)
        where T : notnull =>
        services.AddSingleton(provider => new Job(name, period, ct => run(provider.GetRequiredService<T>(), ct)));
}
