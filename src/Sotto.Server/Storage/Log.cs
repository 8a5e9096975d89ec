namespace Sotto.Server.Storage;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "The database can't serve.")]
    public static partial void Unavailable(ILogger logger, Exception fault);

    [LoggerMessage(LogLevel.Error, "A commit of {Count} writes failed; none of them was acknowledged.")]
    public static partial void CommitFailed(ILogger logger, int count, Exception fault);

    [LoggerMessage(LogLevel.Information, "Database {Database} is at schema {Version}.")]
    public static partial void Migrated(ILogger logger, string database, string version);

    [LoggerMessage(LogLevel.Warning, "The job {Job} failed; it will be tried again.")]
    public static partial void JobFailed(ILogger logger, string job, Exception fault);
}
