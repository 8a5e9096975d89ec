namespace Sotto.Server.Accounts;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "User {UserId} is erased.")]
    public static partial void Erased(ILogger logger, Guid userId);

    [LoggerMessage(LogLevel.Debug, "Could not look for sessions that ended elsewhere; trying again.")]
    public static partial void WatchFailed(ILogger logger, Exception fault);
}
