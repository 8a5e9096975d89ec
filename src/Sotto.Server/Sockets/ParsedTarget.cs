using System.Reflection;
using Microsoft.AspNetCore.Http.Features;

namespace Sotto.Server.Sockets;

/// <summary>
/// Kestrel keeps the target of a connection's last request, to spare the next one a string. A socket has no next request, and its target holds a token
/// that would lie in memory for days, twice. No public door leads there; should the fields be called otherwise one day, nothing is lost but this.
/// </summary>
internal static class ParsedTarget
{
    private static readonly string[] Fields = ["_parsedRawTarget", "_parsedQueryString"];
    private static volatile FieldInfo[]? _fields;

    /// <summary>Forgets what was kept of the request's target.</summary>
    /// <returns>False when it isn't known how.</returns>
    public static bool Forget(IHttpRequestFeature request)
    {
        var fields = _fields is { } known && (known.Length == 0 || known[0].DeclaringType!.IsInstanceOfType(request)) ? known : Find(request.GetType());
        foreach (var field in fields)
        {
            field.SetValue(request, null);
        }

        return fields.Length == Fields.Length;
    }

    private static FieldInfo[] Find(Type type)
    {
        for (var at = type; at is not null; at = at.BaseType)
        {
            FieldInfo[] found = [.. at.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).Where(field => Fields.Contains(field.Name))];
            if (found.Length > 0)
            {
                return _fields = found;
            }
        }

        return _fields = [];
    }
}
