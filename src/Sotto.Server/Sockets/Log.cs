namespace Sotto.Server.Sockets;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Debug, "A socket is closed with {Code}.")]
    public static partial void Closed(ILogger logger, int code);

    [LoggerMessage(LogLevel.Warning, "A socket could not catch up and is closed.")]
    public static partial void LiveStepFailed(ILogger logger, Exception fault);

    [LoggerMessage(LogLevel.Error, "Command {Type} failed, trace {TraceId}.")]
    public static partial void CommandFailed(ILogger logger, string type, string traceId, Exception fault);

    [LoggerMessage(LogLevel.Error, "A socket could not be authenticated and is closed.")]
    public static partial void AdmissionFailed(ILogger logger, Exception fault);

    [LoggerMessage(LogLevel.Error, "Looking after a socket failed.")]
    public static partial void TickFailed(ILogger logger, Exception fault);

    [LoggerMessage(LogLevel.Information, "Closing {Count} sockets.")]
    public static partial void Draining(ILogger logger, int count);

    [LoggerMessage(LogLevel.Warning, "{Count} sockets did not close in time and are cut.")]
    public static partial void NotDrained(ILogger logger, int count);
}
