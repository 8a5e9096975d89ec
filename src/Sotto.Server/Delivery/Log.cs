namespace Sotto.Server.Delivery;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Entry {Seq} of conversation {ConversationId} could not be passed on; the log will be read again.")]
    public static partial void NotPassed(ILogger logger, Guid conversationId, long seq, Exception fault);

    [LoggerMessage(LogLevel.Warning, "{Count} feeds are behind their logs and could not be filled; they are tried again.")]
    public static partial void NotFilled(ILogger logger, int count, Exception fault);
}
