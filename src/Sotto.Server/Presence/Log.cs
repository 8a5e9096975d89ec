namespace Sotto.Server.Presence;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Presence could not be told; it is tried again.")]
    public static partial void NotTold(ILogger logger, Exception fault);
}
