using System.Text.Json;
using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Storage;

namespace Sotto.Server.Http;

/// <summary>One REST request, as a use case's door sees it.</summary>
internal sealed class Call(HttpContext http, Route route, Caller? caller)
{
    private ReadOnlyMemory<byte> _body;

    public HttpContext Http => http;

    /// <summary>Who asks. Only for routes that aren't open to anyone.</summary>
    public Caller Caller => caller ?? throw new InvalidOperationException("This route has no caller.");

    public CancellationToken Ct => http.RequestAborted;

    /// <summary>The status of the answer; the route's own unless the handler changes it.</summary>
    public int Status { get; set; } = route.Status;

    /// <summary>The body's bytes, at most <see cref="Route.MaxBody"/>.</summary>
    public ReadOnlyMemory<byte> RawBody => _body;

    /// <summary>A path id; 422 when it is no UUID.</summary>
    public Guid Id(string name) => ParseId(name, http.Request.RouteValues[name]?.ToString());

    public string Text(string name) => http.Request.RouteValues[name]?.ToString() ?? "";

    public Guid? QueryId(string name) => QueryText(name) is { } text ? ParseId(name, text) : null;

    public Guid RequiredQueryId(string name) =>
        QueryId(name) ?? throw Errors.ValidationError.Because($"The query value {name} is required.", (name, "is required"));

    public string? QueryText(string name) => http.Request.Query[name] is [{ Length: > 0 } text] ? text : null;

    public bool QueryFlag(string name) => QueryText(name) switch
    {
        null or "false" or "0" => false,
        "true" or "1" => true,
        _ => throw Errors.ValidationError.Because($"The query value {name} must be true or false.", (name, "must be true or false")),
    };

    /// <summary>One of an enum's words, as they travel on the wire.</summary>
    public T? QueryWord<T>(string name)
        where T : struct, Enum
    {
        if (QueryText(name) is not { } text)
        {
            return null;
        }

        return EnumText.TryParse<T>(text, out var value)
            ? value
            : throw Errors.ValidationError.Because($"The query value {name} is none of its words.", (name, "must be one of " + string.Join(", ", EnumText.All<T>())));
    }

    public long? QueryNumber(string name, long min, long max)
    {
        if (QueryText(name) is not { } text)
        {
            return null;
        }

        return long.TryParse(text, out var value) && value >= min && value <= max
            ? value
            : throw Errors.ValidationError.Because($"The query value {name} must be a whole number from {min} to {max}.", (name, $"must be a whole number from {min} to {max}"));
    }

    /// <summary><c>skip</c> and <c>limit</c>; 422 naming both when both are wrong.</summary>
    public Paging Paging(int limit = 100, int max = 100)
    {
        var check = new Check();
        var skip = ReadWhole("skip", 0, int.MaxValue, 0, check);
        var take = ReadWhole("limit", 1, max, limit, check);
        check.Done();
        return new Paging((int)skip, (int)take);
    }

    /// <summary>The body as <typeparamref name="T"/>: 400 when it isn't JSON, 422 with every failing field when it doesn't fit, 415 when it is something else.</summary>
    public Task<T> BodyAsync<T>()
        where T : class
    {
        if (http.Request.ContentType is { } type && !type.Contains("json", StringComparison.OrdinalIgnoreCase))
        {
            throw Errors.UnsupportedMediaType.Because("The body must be application/json.");
        }

        return Task.FromResult(JsonBodies.Read<T>(_body));
    }

    internal async Task ReadBodyAsync()
    {
        if (http.Request.ContentLength > route.MaxBody)
        {
            throw TooLarge();
        }

        if (http.Request.ContentLength is null or 0 && http.Request.Headers.TransferEncoding.Count == 0)
        {
            return;
        }

        using var buffer = new MemoryStream((int)(http.Request.ContentLength ?? 0));
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await http.Request.Body.ReadAsync(chunk, Ct)) > 0)
        {
            if (buffer.Length + read > route.MaxBody)
            {
                throw TooLarge();
            }

            buffer.Write(chunk, 0, read);
        }

        _body = buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }

    private RefusedException TooLarge() =>
        Errors.PayloadTooLarge.Because($"The body is larger than {route.MaxBody} bytes.", ("body", $"at most {route.MaxBody} bytes"));

    private static Guid ParseId(string name, string? text) =>
        Guid.TryParseExact(text, "D", out var id)
            ? id
            : throw Errors.ValidationError.Because($"{name} must be a UUID.", (name, "must be a UUID"));

    private long ReadWhole(string name, long min, long max, long otherwise, Check check)
    {
        if (QueryText(name) is not { } text)
        {
            return otherwise;
        }

        var fits = long.TryParse(text, out var value) && value >= min && value <= max;
        check.That(fits, name, $"must be a whole number from {min} to {max}");
        return value;
    }
}

/// <summary>Which part of a list is wanted.</summary>
internal readonly record struct Paging(int Skip, int Limit);
