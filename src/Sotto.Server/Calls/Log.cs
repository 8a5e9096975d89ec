namespace Sotto.Server.Calls;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Error, "Calls could not be looked after; the next round tries again.")]
    public static partial void NotKept(ILogger logger, Exception fault);

    [LoggerMessage(LogLevel.Warning, "The relay's console at {Address} can't be used: {Why} Allocations of ended calls stay until their clients let go.")]
    public static partial void NoConsole(ILogger logger, string address, string why);

    [LoggerMessage(LogLevel.Information, "Ended {Count} of the relay's allocations, whose calls were over.")]
    public static partial void Reaped(ILogger logger, int count);
}
