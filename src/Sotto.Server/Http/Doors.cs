using System.Text.Json;
using Sotto.Contracts;
using Sotto.Server.Callers;

namespace Sotto.Server.Http;

/// <summary>What every REST request passes: who is asking, idempotency, the use case, the answer.</summary>
internal static class Doors
{
    public static async Task EnterAsync(HttpContext context, Route route, Type use, Func<object, Call, Task<object?>> handle)
    {
        RateLimitHeaders.Promise(context, LimitNotes.Begin());
        var caller = await AuthenticateAsync(context, route.Access);
        var call = new Call(context, route, caller);
        if (route.StreamMedia is null)
        {
            await call.ReadBodyAsync();
        }

        async Task<StoredAnswer> RunAsync()
        {
            var value = await handle(context.RequestServices.GetRequiredService(use), call);
            return new StoredAnswer(call.Status, value is RawAnswer raw ? raw : value is null ? null : Serialise(value));
        }

        var answer = route.IsOnce && context.Request.Headers["Idempotency-Key"] is [{ Length: > 0 } key]
            ? await context.RequestServices.GetRequiredService<Idempotency>().OnceAsync(caller?.UserId, key, call, RunAsync)
            : await RunAsync();
        await WriteAsync(context, answer);
    }

    private static async Task<Caller?> AuthenticateAsync(HttpContext context, Access access)
    {
        if (access == Access.Anyone)
        {
            return null;
        }

        var header = context.Request.Headers.Authorization.ToString();
        if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            throw Errors.InvalidToken.Because("Send the access token as 'Authorization: Bearer …'.");
        }

        var check = context.RequestServices.GetRequiredService<ICallerCheck>();
        var caller = await check.CheckTokenAsync(header["Bearer ".Length..].Trim(), context.RequestAborted);
        if (caller.DeviceId == Guid.Empty && context.Request.Headers["X-Device-Id"] is [{ Length: > 0 } named])
        {
            caller = Guid.TryParseExact(named, "D", out var deviceId)
                ? await check.OnDeviceAsync(caller, deviceId, context.RequestAborted)
                : throw Errors.ValidationError.Because("X-Device-Id must be a UUID.", ("X-Device-Id", "must be a UUID"));
        }

        if (access == Access.Admin && caller.Role != ServerRole.Admin)
        {
            throw Errors.PermissionDenied.Because("Only an administrator of this server may do that.");
        }

        if (access == Access.Device && caller.DeviceId == Guid.Empty)
        {
            throw Errors.DeviceNotFound.Because("This token names no device; register one with POST /devices/ and name it in the header X-Device-Id.");
        }

        return caller;
    }

    private static RawAnswer Serialise(object value) => new(JsonSerializer.SerializeToUtf8Bytes(value, Wire.Json.GetTypeInfo(value.GetType())));

    private static async Task WriteAsync(HttpContext context, StoredAnswer answer)
    {
        if (context.Response.HasStarted)
        {
            // The handler has written the answer itself.
            return;
        }

        context.Response.StatusCode = answer.Status;
        context.Response.Headers.CacheControl = "no-store";
        if (answer.Raw is { } raw)
        {
            context.Response.ContentType = raw.ContentType;
            context.Response.ContentLength = raw.Bytes.Length;
            await context.Response.Body.WriteAsync(raw.Bytes, context.RequestAborted);
        }
    }
}

/// <summary>A status and, unless it is 204, a body.</summary>
internal sealed record StoredAnswer(int Status, RawAnswer? Raw);
