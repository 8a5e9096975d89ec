using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;
using Orleans.Services;

namespace Sotto.Server.Cluster;

/// <summary>Where other nodes drop their messages for this one.</summary>
[Alias("sotto.node_post")]
internal interface INodePost : IGrainService
{
    [OneWay, Alias("tell")]
    Task TellAsync(NodeId from, NodeMessage message);
}

/// <summary>One a node, made by Orleans with the silo.</summary>
internal sealed class NodePost(GrainId id, Silo silo, ILoggerFactory loggers, NodeMessages messages) : GrainService(id, silo, loggers), INodePost
{
    public Task TellAsync(NodeId from, NodeMessage message)
    {
        messages.Receive(from, message);
        return Task.CompletedTask;
    }
}
