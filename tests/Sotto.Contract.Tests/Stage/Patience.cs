namespace Sotto.Contract.Tests.Stage;

/// <summary>How long a test waits for an event that must come. Generous: it is only ever reached when a test fails.</summary>
public static class Patience
{
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Asks again and again for what no event tells of.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds, string must)
    {
        var deadline = DateTime.UtcNow + Limit;
        while (!await holds())
        {
            if (DateTime.UtcNow >= deadline)
            {
                throw new TimeoutException(must);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }
    }
}
