using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using Orleans.Runtime;

namespace Sotto.Server.Cluster;

/// <summary>This node, and the others that live.</summary>
internal sealed class Nodes(IClusterMembershipService membership, ILocalSiloDetails silo, IOptions<NodeOptions> options, ILogger<Nodes> log)
    : BackgroundService
{
    private ImmutableHashSet<NodeId> _others = [];

    public NodeId Self { get; } = new(silo.SiloAddress.ToParsableString());

    /// <summary>For logs; need not be unique.</summary>
    public string Name { get; } = NameOf(options.Value);

    /// <summary>The living nodes but this one.</summary>
    public ImmutableHashSet<NodeId> Others => Volatile.Read(ref _others);

    /// <summary>Called when another node has come. Filled at start; must be quick and must not throw.</summary>
    public List<Action<NodeId>> Joined { get; } = [];

    /// <summary>Called when another node has stopped or died. Filled at start; must be quick and must not throw.</summary>
    public List<Action<NodeId>> Left { get; } = [];

    internal static string NameOf(NodeOptions options) => options.NodeName.Length > 0 ? options.NodeName : Environment.MachineName;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var seen in membership.MembershipUpdates.WithCancellation(stoppingToken))
        {
            var living = seen.Members.Values.Where(member => member.Status == SiloStatus.Active)
                .ToDictionary(member => new NodeId(member.SiloAddress.ToParsableString()), member => member.Name);
            living.Remove(Self);
            var before = Others;
            Volatile.Write(ref _others, [.. living.Keys]);
            foreach (var node in before.Where(node => !living.ContainsKey(node)))
            {
                Log.Left(log, node);
                Left.ForEach(tell => tell(node));
            }

            foreach (var (node, name) in living.Where(node => !before.Contains(node.Key)))
            {
                Log.Joined(log, node, name);
                Joined.ForEach(tell => tell(node));
            }
        }
    }

}
