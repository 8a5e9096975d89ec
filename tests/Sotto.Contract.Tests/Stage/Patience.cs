namespace Sotto.Contract.Tests.Stage;

/// <summary>How long a test waits for an event that must come. Generous: it is only ever reached when a test fails.</summary>
public static class Patience
{
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(30);
}
