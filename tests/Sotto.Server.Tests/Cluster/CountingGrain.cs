using Orleans;

namespace Sotto.Server.Tests.Cluster;

/// <summary>The smallest grain that remembers something.</summary>
internal interface ICountingGrain : IGrainWithGuidKey
{
    Task<Tally> CountAsync(string word);
}

[GenerateSerializer, Immutable, Alias("tests.tally")]
internal sealed record Tally([property: Id(0)] string Word, [property: Id(1)] int Times);

internal sealed class CountingGrain : Grain, ICountingGrain
{
    private readonly Dictionary<string, int> _times = [];

    public Task<Tally> CountAsync(string word)
    {
        var times = _times[word] = _times.GetValueOrDefault(word) + 1;
        return Task.FromResult(new Tally(word, times));
    }
}
