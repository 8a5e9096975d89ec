namespace Sotto.Server.Calls;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Error, "Calls could not be looked after; the next round tries again.")]
    public static partial void NotKept(ILogger logger, Exception fault);
}
