namespace Sotto.Server.Conversations;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Cursors could not be written; they are kept and tried again.")]
    public static partial void CursorsNotWritten(ILogger logger, Exception fault);
}
