namespace Sotto.Contracts;

/// <summary>Why the server closes a socket, and whether the client may come back by itself.</summary>
public sealed record CloseCode(int Code, string Name, string Meaning, bool MayReturn);

/// <summary>Every close code the server uses.</summary>
public static class CloseCodes
{
    public static readonly CloseCode AuthenticationFailed = new(4001, "authentication_failed", "No, bad, expired or revoked authentication.", false);
    public static readonly CloseCode InvalidFormat = new(4002, "invalid_format", "A frame that is no JSON, or the tenth invalid frame in a row.", false);
    public static readonly CloseCode RateLimited = new(4003, "rate_limited", "A flood, or more sockets than a user may have.", true);
    public static readonly CloseCode NotFound = new(4004, "not_found", "The device or call in the path doesn't exist.", false);
    public static readonly CloseCode PermissionDenied = new(4005, "permission_denied", "The device or call in the path is somebody else's.", false);
    public static readonly CloseCode TooSlow = new(4008, "too_slow", "The client reads too slowly; come back, nothing is lost.", true);
    public static readonly CloseCode TooLarge = new(1009, "too_large", "A frame over the limit.", false);
    public static readonly CloseCode Restart = new(1012, "restart", "The server restarts; come back after a moment of random length.", true);
    public static readonly CloseCode InternalError = new(1011, "internal_error", "A fault of the server; come back.", true);

    public static IReadOnlyList<CloseCode> All { get; } =
        [AuthenticationFailed, InvalidFormat, RateLimited, NotFound, PermissionDenied, TooSlow, TooLarge, Restart, InternalError];
}
