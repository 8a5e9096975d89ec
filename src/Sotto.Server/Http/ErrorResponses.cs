using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Storage;

namespace Sotto.Server.Http;

/// <summary>Where every fault of a REST request becomes the contract's error body. The socket's twin is <c>CommandMap</c>.</summary>
internal sealed class ErrorResponses(ILogger<ErrorResponses> log) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken ct)
    {
        if (context.RequestAborted.IsCancellationRequested || exception is ConnectionResetException)
        {
            return true;
        }

        var refused = exception switch
        {
            RefusedException refusal => refusal,
            BadHttpRequestException { StatusCode: 413 } => Errors.PayloadTooLarge.Because("The body is too large.", ("body", $"at most {Sizes.RequestBody} bytes")),
            BadHttpRequestException => Errors.MalformedJson.Because("The request could not be read."),
            _ when Dialect.IsUnavailable(exception) => Dialect.Unavailable(),
            _ => null,
        };
        string? traceId = null;
        if (refused is null)
        {
            traceId = ActivityTraceId.CreateRandom().ToString();
            Log.Fault(log, context.Request.Method, Template(context), traceId, exception);
            refused = Errors.InternalError.Because("Something went wrong on the server. The trace id finds it in the server's log.");
        }

        try
        {
            await WriteAsync(context, refused, traceId);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone, and nobody reads the answer.
        }

        return true;
    }

    /// <summary>Bodies for what the framework refuses by itself: unknown routes, wrong methods and the like.</summary>
    public static Task WriteForStatusAsync(HttpContext context) => context.Response.StatusCode switch
    {
        404 => WriteAsync(context, Errors.RouteNotFound.Because("There is nothing at this path. The API is described at /docs.")),
        405 => WriteAsync(context, Errors.MethodNotAllowed.Because("This path doesn't take that method; the Allow header says which it takes.")),
        413 => WriteAsync(context, Errors.PayloadTooLarge.Because("The body is too large.", ("body", $"at most {Sizes.RequestBody} bytes"))),
        415 => WriteAsync(context, Errors.UnsupportedMediaType.Because("The body must be application/json.")),
        400 => WriteAsync(context, Errors.MalformedJson.Because("The request could not be read.")),
        _ => Task.CompletedTask,
    };

    private static async Task WriteAsync(HttpContext context, RefusedException refused, string? traceId = null)
    {
        Refusals.Count(refused.Error, "rest");
        var response = context.Response;
        response.StatusCode = refused.Error.Status;
        response.Headers.CacheControl = "no-store";
        if (refused.Error.Status == 401)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        var retry = refused.RetryAfter is { } wait ? (int?)Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)) : null;
        if (retry is not null)
        {
            response.Headers.RetryAfter = retry.ToString();
        }

        var body = new ErrorBody(
            refused.Message, refused.Error.Code, refused.Extra?.DeepClone() as JsonObject ?? [], traceId, retry);
        await response.WriteAsJsonAsync(body, Wire.Json, "application/json; charset=utf-8", context.RequestAborted);
    }

    /// <summary>The route's pattern, never the path itself: a log holds no ids people could be found by.</summary>
    private static string Template(HttpContext context) => (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "unknown";
}
