namespace Sotto.Server.Presence;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Presence could not be told; the next change tells it again.")]
    public static partial void NotTold(ILogger logger, Exception fault);
}
