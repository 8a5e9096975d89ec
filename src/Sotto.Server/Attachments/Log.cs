namespace Sotto.Server.Attachments;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Error, "The bytes of attachment {Id} could not be erased; the next run tries again.")]
    public static partial void NotErased(ILogger logger, Guid id, Exception fault);
}
