namespace Sotto.Server.Sockets;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Debug, "A socket is closed with {Code}.")]
    public static partial void Closed(ILogger logger, int code);

    [LoggerMessage(LogLevel.Warning, "A socket could not catch up and is closed.")]
    public static partial void LiveStepFailed(ILogger logger, Exception fault);

    [LoggerMessage(LogLevel.Error, "Command {Type} failed, trace {TraceId}.")]
    public static partial void CommandFailed(ILogger logger, string type, string traceId, Exception fault);
}
