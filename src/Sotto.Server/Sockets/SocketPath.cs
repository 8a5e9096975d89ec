namespace Sotto.Server.Sockets;

/// <summary>
/// What a socket's path names: a device (<c>/api/v1/chat/ws/{device_id}</c>), or a call (<c>/api/v1/calls/{call_id}/signaling</c>, with
/// <c>?device_id=</c> where the token names none). Pure.
/// </summary>
/// <param name="IsKnowable">False when what it names can't exist, as it isn't a UUID.</param>
internal readonly record struct SocketPath(Guid? Device, Guid? Call, bool IsKnowable)
{
    private const string Chat = "/api/v1/chat/ws/";
    private const string Calls = "/api/v1/calls/";
    private const string Signalling = "/signaling";

    public static bool IsForSockets(string path) => path.StartsWith(Chat, StringComparison.Ordinal) || CallOf(path).Length > 0;

    /// <param name="path">One for which <see cref="IsForSockets"/> holds.</param>
    /// <param name="device">The query's <c>device_id</c>; may be empty.</param>
    public static SocketPath From(string path, string device)
    {
        if (path.StartsWith(Chat, StringComparison.Ordinal))
        {
            return Id(path.AsSpan(Chat.Length).TrimEnd('/')) is { } own ? new SocketPath(own, null, true) : default;
        }

        var named = Id(device);
        return Id(CallOf(path)) is { } call && (named is not null || device.Length == 0) ? new SocketPath(named, call, true) : default;
    }

    private static ReadOnlySpan<char> CallOf(string path)
    {
        var trimmed = path.AsSpan().TrimEnd('/');
        return trimmed.StartsWith(Calls, StringComparison.Ordinal) && trimmed.EndsWith(Signalling, StringComparison.Ordinal) && trimmed.Length > Calls.Length + Signalling.Length
            ? trimmed[Calls.Length..^Signalling.Length]
            : default;
    }

    private static Guid? Id(ReadOnlySpan<char> text) => Guid.TryParseExact(text, "D", out var id) ? id : null;
}
