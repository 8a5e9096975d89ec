namespace Sotto.Server.Conversations;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Cursors could not be written; they are kept and tried again.")]
    public static partial void CursorsNotWritten(ILogger logger, Exception fault);

    [LoggerMessage(LogLevel.Warning, "The last cursors could not be written before the end; their devices will get some entries again.")]
    public static partial void CursorsDropped(ILogger logger, Exception fault);
}
