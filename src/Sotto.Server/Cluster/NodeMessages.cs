using System.Collections.Concurrent;
using Orleans.Runtime;
using Orleans.Runtime.Services;

namespace Sotto.Server.Cluster;

/// <summary>
/// One-way messages from node to node. They may be lost and may overtake each other: whoever sends one must have another way by which the
/// receiver learns it in the end.
/// </summary>
internal sealed class NodeMessages(ILocalSiloDetails silo, IServiceProvider services, ILogger<NodeMessages> log) : GrainServiceClient<INodePost>(services)
{
    private readonly ConcurrentDictionary<Type, Action<NodeId, NodeMessage>> _receivers = new();
    private readonly NodeId _self = new(silo.SiloAddress.ToParsableString());

    /// <summary>Says what is done with messages of a kind. It must be quick; for start only.</summary>
    public void On<T>(Action<NodeId, T> receive)
        where T : NodeMessage => _receivers[typeof(T)] = (from, message) => receive(from, (T)message);

    /// <summary>Sends without waiting. To the own node it is a plain call.</summary>
    public void Send(NodeId to, NodeMessage message)
    {
        if (to == _self)
        {
            Receive(_self, message);
            return;
        }

        // One-way: the task is complete when the message lies in the outgoing queue.
        var queued = GetGrainService(SiloAddress.FromParsableString(to.Value)).TellAsync(_self, message);
        if (queued.IsFaulted)
        {
            Log.NotSent(log, to, queued.Exception);
        }
    }

    internal void Receive(NodeId from, NodeMessage message)
    {
        if (!_receivers.TryGetValue(message.GetType(), out var receive))
        {
            // A newer node may know kinds that this one doesn't.
            Log.UnknownMessage(log, from, message.GetType().Name);
            return;
        }

        try
        {
            receive(from, message);
        }
        catch (Exception fault)
        {
            Log.NotReceived(log, from, message.GetType().Name, fault);
        }
    }
}
