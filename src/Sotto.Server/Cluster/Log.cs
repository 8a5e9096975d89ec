namespace Sotto.Server.Cluster;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "Node {Node}, named {Name}, has joined.")]
    public static partial void Joined(ILogger logger, NodeId node, string name);

    [LoggerMessage(LogLevel.Information, "Node {Node} has left.")]
    public static partial void Left(ILogger logger, NodeId node);

    [LoggerMessage(LogLevel.Debug, "A message to node {Node} was not sent.")]
    public static partial void NotSent(ILogger logger, NodeId node, Exception fault);

    [LoggerMessage(LogLevel.Debug, "Node {Node} sent a message of a kind that is unknown here: {Kind}.")]
    public static partial void UnknownMessage(ILogger logger, NodeId node, string kind);

    [LoggerMessage(LogLevel.Error, "A message of node {Node} could not be handled: {Kind}.")]
    public static partial void NotReceived(ILogger logger, NodeId node, string kind, Exception fault);

    [LoggerMessage(LogLevel.Error, "The board could not be kept.")]
    public static partial void BoardFailed(ILogger logger, Exception fault);
}
