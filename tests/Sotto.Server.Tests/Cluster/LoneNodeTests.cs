using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Sotto.Server.Cluster;

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

    [Fact]
    public void A_message_to_the_own_node_is_received_before_sending_it_returns()
    {
        var (nodes, messages) = (node.Services.GetRequiredService<Nodes>(), node.Services.GetRequiredService<NodeMessages>());
        var received = new List<(NodeId From, string Word)>();
        messages.On<Greeting>((from, greeting) => received.Add((from, greeting.Word)));

        messages.Send(nodes.Self, new Greeting("hello"));

        Assert.Equal([(nodes.Self, "hello")], received);
    }

    [Fact]
    public void A_node_alone_knows_no_others() => Assert.Empty(node.Services.GetRequiredService<Nodes>().Others);
}
