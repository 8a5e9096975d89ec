namespace Sotto.Server.Accounts;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "User {UserId} is erased.")]
    public static partial void Erased(ILogger logger, Guid userId);
}
