using Orleans;

namespace Sotto.Server.Cluster;

/// <summary>One run of a server process in the cluster. A node that is started again is another one.</summary>
[GenerateSerializer, Immutable, Alias("sotto.node_id")]
internal readonly record struct NodeId([property: Id(0)] string Value)
{
    public override string ToString() => Value;
}
