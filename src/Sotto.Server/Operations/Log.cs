namespace Sotto.Server.Operations;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Debug, "A part of the server didn't stop, since it hadn't started.")]
    public static partial void NotStopped(ILogger logger, Exception fault);
}
