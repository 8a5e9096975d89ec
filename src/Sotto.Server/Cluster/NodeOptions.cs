namespace Sotto.Server.Cluster;

/// <summary>This node among others. Section <c>Sotto:Cluster</c>.</summary>
internal sealed class NodeOptions
{
    public const string Section = "Sotto:Cluster";

    /// <summary>What this node is called in logs. Empty: the machine's name.</summary>
    public string NodeName { get; set; } = "";
}
