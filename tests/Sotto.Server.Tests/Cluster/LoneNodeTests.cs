using Microsoft.Extensions.DependencyInjection;
using Orleans;

namespace Sotto.Server.Tests.Cluster;

public sealed class LoneNodeTests(LoneNode node) : IClassFixture<LoneNode>
{
    [Fact]
    public async Task A_grain_lives_in_memory_and_remembers_what_it_was_told()
    {
        var grains = node.Services.GetRequiredService<IGrainFactory>();
        var (one, other) = (Guid.CreateVersion7(), Guid.CreateVersion7());

        Assert.Equal(1, (await grains.GetGrain<ICountingGrain>(one).CountAsync("ring")).Times);
        Assert.Equal(new Tally("ring", 2), await grains.GetGrain<ICountingGrain>(one).CountAsync("ring"));
        Assert.Equal(1, (await grains.GetGrain<ICountingGrain>(other).CountAsync("ring")).Times);
    }
}
