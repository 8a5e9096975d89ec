namespace Sotto.Server.Accounts;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "User {UserId} is erased.")]
    public static partial void Erased(ILogger logger, Guid userId);

    [LoggerMessage(LogLevel.Warning, "The upkeep of accounts could not run; it will be tried again.")]
    public static partial void RoundFailed(ILogger logger, Exception fault);
}
