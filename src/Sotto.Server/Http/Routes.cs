using System.Diagnostics.CodeAnalysis;
using Sotto.Contracts;
using Sotto.Server.Callers;

namespace Sotto.Server.Http;

/// <summary>Who may knock.</summary>
internal enum Access
{
    /// <summary>Anybody, without a token.</summary>
    Anyone,

    /// <summary>A signed-in user on a registered device.</summary>
    Device,

    /// <summary>A signed-in user; the token may name no device yet.</summary>
    User,

    /// <summary>A user with the server role admin.</summary>
    Admin,
}

/// <summary>Makes the REST doors, and remembers each: the API documents and the role table test are made from <see cref="All"/>.</summary>
internal sealed class Routes(IEndpointRouteBuilder app)
{
    public const string Prefix = "/api/v1";

    private readonly List<Route> _all = [];

    public IReadOnlyList<Route> All => _all;

    public Route Get([StringSyntax("Route")] string path, string summary) => Add("GET", path, summary);

    public Route Post([StringSyntax("Route")] string path, string summary) => Add("POST", path, summary);

    public Route Put([StringSyntax("Route")] string path, string summary) => Add("PUT", path, summary);

    public Route Patch([StringSyntax("Route")] string path, string summary) => Add("PATCH", path, summary);

    public Route Delete([StringSyntax("Route")] string path, string summary) => Add("DELETE", path, summary);

    public Route Head([StringSyntax("Route")] string path, string summary) => Add("HEAD", path, summary);

    public Route Options([StringSyntax("Route")] string path, string summary) => Add("OPTIONS", path, summary);

    /// <summary>A path that begins with "~" stands outside the prefix.</summary>
    private Route Add(string method, string path, string summary)
    {
        var route = new Route(app, method, path.StartsWith('~') ? path[1..] : Prefix + path, summary);
        _all.Add(route);
        return route;
    }
}

/// <summary>A value in the query string, for the documents.</summary>
/// <param name="Schema">JSON schema as text, such as <c>{"type":"integer","minimum":0}</c>.</param>
internal sealed record QueryValue(string Name, string Schema, string Meaning, bool Required);

/// <summary>One REST door: what it takes, gives and refuses, and what it does.</summary>
internal sealed class Route(IEndpointRouteBuilder app, string method, string path, string summary)
{
    private readonly List<ErrorCode> _errors = [];
    private readonly List<QueryValue> _query = [];
    private readonly List<(string Name, string Meaning)> _headers = [];
    private readonly SortedDictionary<int, string> _also = [];

    public string Method => method;

    public string Path => path;

    public string Summary => summary;

    public Access Access { get; private set; } = Access.Device;

    /// <summary>The use case behind the door; the API documents name the operation after it.</summary>
    public Type? Use { get; private set; }

    public Type? Body { get; private set; }

    public bool IsBodyOptional { get; private set; }

    public Type? Answer { get; private set; }

    public int Status { get; private set; }

    /// <summary>Takes an <c>Idempotency-Key</c>.</summary>
    public bool IsOnce { get; private set; }

    public int MaxBody { get; private set; } = Sizes.RequestBody;

    /// <summary>The body is bytes as they are, not JSON.</summary>
    public bool IsBodyBytes { get; private set; }

    /// <summary>The media type of a body that the handler reads itself, as it comes; null for all others, which are read before it runs.</summary>
    public string? StreamMedia { get; private set; }

    /// <summary>The answer is bytes as they are, not JSON.</summary>
    public bool IsAnswerBytes { get; private set; }

    public string AnswerMedia { get; private set; } = "application/json";

    public IReadOnlyList<ErrorCode> Errors => _errors;

    public IReadOnlyList<QueryValue> Query => _query;

    /// <summary>Request headers with a meaning of this route's own.</summary>
    public IReadOnlyList<(string Name, string Meaning)> Headers => _headers;

    /// <summary>Further statuses that are no refusals; below 300 with the same answer as <see cref="Status"/>.</summary>
    public IReadOnlyDictionary<int, string> OtherStatuses => _also;

    public Route For(Access access)
    {
        Access = access;
        return this;
    }

    /// <summary>The documented answer, where the handler's own type doesn't tell.</summary>
    public Route Gives<T>(int status = 200)
    {
        (Answer, Status) = (typeof(T), status);
        return this;
    }

    /// <summary>Documents a body that may be left out; the handler reads it.</summary>
    public Route TakesOptional<T>()
    {
        (Body, IsBodyOptional) = (typeof(T), true);
        return this;
    }

    /// <summary>The body is bytes as they are, up to so many; the handler finds them in <see cref="Call.RawBody"/>.</summary>
    public Route TakesBytes(int max)
    {
        (IsBodyBytes, MaxBody) = (true, max);
        return this;
    }

    /// <summary>The body is bytes of any number, which the handler reads from the request as they come.</summary>
    public Route TakesStream(string media)
    {
        (IsBodyBytes, StreamMedia) = (true, media);
        return this;
    }

    /// <summary>The handler writes the answer's bytes itself.</summary>
    public Route GivesStream()
    {
        (IsAnswerBytes, AnswerMedia, Status) = (true, "*/*", 200);
        return this;
    }

    /// <summary>The answer is no JSON.</summary>
    public Route GivesBytes(string mediaType = "application/octet-stream")
    {
        (IsAnswerBytes, AnswerMedia) = (true, mediaType);
        return this;
    }

    public Route Created()
    {
        Status = 201;
        return this;
    }

    /// <summary>A creating request: the same <c>Idempotency-Key</c> gives the first answer again.</summary>
    public Route Once()
    {
        IsOnce = true;
        return this;
    }

    public Route Refuses(params ReadOnlySpan<ErrorCode> errors)
    {
        _errors.AddRange(errors);
        return this;
    }

    public Route Asks(string name, [StringSyntax(StringSyntaxAttribute.Json)] string schema, string meaning, bool required = false)
    {
        _query.Add(new QueryValue(name, schema, meaning, required));
        return this;
    }

    /// <summary>Documents a request header.</summary>
    public Route Hears(string name, string meaning)
    {
        _headers.Add((name, meaning));
        return this;
    }

    /// <summary>Documents a status that <see cref="Call.Status"/> may be set to.</summary>
    public Route Also(int status, string meaning)
    {
        _also[status] = meaning;
        return this;
    }

    /// <summary><c>skip</c> and <c>limit</c> as every list has them.</summary>
    public Route Pages(int limit = 100, int max = 100) =>
        Asks("skip", """{"type":"integer","minimum":0,"default":0}""", "How many to pass over.")
            .Asks("limit", $$"""{"type":"integer","minimum":1,"maximum":{{max}},"default":{{limit}}}""", "How many to give at most.");

    public void Handle<TUse>(Func<TUse, Call, Task> handle)
        where TUse : notnull
    {
        Status = Status == 0 ? 204 : Status;
        Map(async (use, call) =>
        {
            await handle((TUse)use, call);
            return null;
        }, typeof(TUse));
    }

    public void Handle<TUse, TAnswer>(Func<TUse, Call, Task<TAnswer>> handle)
        where TUse : notnull
    {
        Answering<TAnswer>();
        Map(async (use, call) => await handle((TUse)use, call), typeof(TUse));
    }

    public void Handle<TUse, TBody>(Func<TUse, Call, TBody, Task> handle)
        where TUse : notnull
        where TBody : class
    {
        Body = typeof(TBody);
        Status = Status == 0 ? 204 : Status;
        Map(async (use, call) =>
        {
            await handle((TUse)use, call, await call.BodyAsync<TBody>());
            return null;
        }, typeof(TUse));
    }

    public void Handle<TUse, TBody, TAnswer>(Func<TUse, Call, TBody, Task<TAnswer>> handle)
        where TUse : notnull
        where TBody : class
    {
        Body = typeof(TBody);
        Answering<TAnswer>();
        Map(async (use, call) => await handle((TUse)use, call, await call.BodyAsync<TBody>()), typeof(TUse));
    }

    private void Answering<TAnswer>()
    {
        Answer ??= typeof(TAnswer) == typeof(RawAnswer) ? null : typeof(TAnswer);
        Status = Status == 0 ? 200 : Status;
    }

    private void Map(Func<object, Call, Task<object?>> handle, Type use)
    {
        Use = use;
        app.MapMethods(path, [method], context => Doors.EnterAsync(context, this, use, handle));
    }
}

/// <summary>An answer that is written already; the route documents its shape with <see cref="Route.Gives{T}"/>.</summary>
internal sealed record RawAnswer(ReadOnlyMemory<byte> Bytes, string ContentType = "application/json; charset=utf-8");
