namespace Sotto.Server.Http;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Error, "{Method} {Route} failed, trace {TraceId}.")]
    public static partial void Fault(ILogger logger, string method, string route, string traceId, Exception fault);
}
