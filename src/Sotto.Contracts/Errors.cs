using System.Text.Json.Nodes;

namespace Sotto.Contracts;

/// <summary>One row of the error table: the code a client switches on and the HTTP status it travels with.</summary>
public sealed record ErrorCode(string Code, int Status, string Meaning)
{
    /// <summary>Makes the refusal. <paramref name="fields"/> become <c>extra_info</c>.</summary>
    public RefusedException Because(string detail, params ReadOnlySpan<(string Field, string Why)> fields)
    {
        JsonObject? extra = null;
        foreach (var (field, why) in fields)
        {
            (extra ??= [])[field] = why;
        }

        return new RefusedException(this, detail, extra);
    }

    /// <summary>Makes the refusal with data instead of sentences in <c>extra_info</c>.</summary>
    public RefusedException With(string detail, JsonObject extra) => new(this, detail, extra);
}

/// <summary>The request is refused, and nothing happened. Made by a row of <see cref="Errors"/> only.</summary>
public sealed class RefusedException(ErrorCode error, string detail, JsonObject? extra = null, TimeSpan? retryAfter = null)
    : Exception(detail)
{
    public ErrorCode Error { get; } = error;

    public JsonObject? Extra { get; } = extra;

    /// <summary>When a repeat may succeed; sent as <c>Retry-After</c> and <c>retry_after</c>, in whole seconds.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    public RefusedException After(TimeSpan wait) => new(Error, Message, Extra, wait);
}

/// <summary>The body of every refusal. <c>trace_id</c> only with 500.</summary>
public sealed record ErrorBody(string Detail, string ErrorCode, JsonObject ExtraInfo, string? TraceId = null, int? RetryAfter = null);

/// <summary>Every error the server can answer. The documents, the SDKs and the tests are made from this table.</summary>
public static class Errors
{
    public static readonly ErrorCode InvalidToken = new("INVALID_TOKEN", 401, "The access token is missing, malformed or not signed by this server.");
    public static readonly ErrorCode TokenExpired = new("TOKEN_EXPIRED", 401, "The access token has expired; refresh it.");
    public static readonly ErrorCode InvalidCredentials = new("INVALID_CREDENTIALS", 401, "User name and password don't match.");
    public static readonly ErrorCode RefreshReused = new("REFRESH_REUSED", 401, "A refresh token was used twice; its session is over and the user must log in again.");
    public static readonly ErrorCode DeviceRevoked = new("DEVICE_REVOKED", 401, "The device of this token was logged out or removed.");
    public static readonly ErrorCode PermissionDenied = new("PERMISSION_DENIED", 403, "The caller's role doesn't allow this.");
    public static readonly ErrorCode NotAMember = new("NOT_A_MEMBER", 403, "The caller is no member of the conversation, or no longer one.");
    public static readonly ErrorCode UserBlocked = new("USER_BLOCKED", 403, "One of the two users has blocked the other.");
    public static readonly ErrorCode UserNotFound = new("USER_NOT_FOUND", 404, "There is no such user.");
    public static readonly ErrorCode DeviceNotFound = new("DEVICE_NOT_FOUND", 404, "There is no such device.");
    public static readonly ErrorCode ConversationNotFound = new("CONVERSATION_NOT_FOUND", 404, "There is no such conversation.");
    public static readonly ErrorCode MessageNotFound = new("MESSAGE_NOT_FOUND", 404, "There is no such message, or it has expired.");
    public static readonly ErrorCode CallNotFound = new("CALL_NOT_FOUND", 404, "There is no such call.");
    public static readonly ErrorCode ReactionNotFound = new("REACTION_NOT_FOUND", 404, "The caller has no reaction on this message.");
    public static readonly ErrorCode InviteNotFound = new("INVITE_NOT_FOUND", 404, "The invite code is unknown, used up or expired.");
    public static readonly ErrorCode BackupNotFound = new("BACKUP_NOT_FOUND", 404, "There is no backup blob of this name.");
    public static readonly ErrorCode AttachmentNotFound = new("ATTACHMENT_NOT_FOUND", 404, "There is no such attachment, or it is gone with its message.");
    public static readonly ErrorCode RouteNotFound = new("ROUTE_NOT_FOUND", 404, "There is nothing at this path.");
    public static readonly ErrorCode MethodNotAllowed = new("METHOD_NOT_ALLOWED", 405, "The path exists, but not with this method.");
    public static readonly ErrorCode UnsupportedMediaType = new("UNSUPPORTED_MEDIA_TYPE", 415, "The body must be application/json.");
    public static readonly ErrorCode MalformedJson = new("MALFORMED_JSON", 400, "The body or frame is not JSON.");
    public static readonly ErrorCode ValidationError = new("VALIDATION_ERROR", 422, "The request is well-formed but not valid; extra_info names each field.");
    public static readonly ErrorCode GroupTooSmall = new("GROUP_TOO_SMALL", 422, "A group needs three people when it is made.");
    public static readonly ErrorCode SystemTypeReserved = new("SYSTEM_TYPE_RESERVED", 422, "Messages of type system are written by the server only.");
    public static readonly ErrorCode PayloadTooLarge = new("PAYLOAD_TOO_LARGE", 413, "The body is over the limit that extra_info names.");
    public static readonly ErrorCode DeviceListMismatch = new("DEVICE_LIST_MISMATCH", 409, "The wrapped keys don't fit the devices of the members; extra_info says which are missing or stale.");
    public static readonly ErrorCode IdempotencyConflict = new("IDEMPOTENCY_CONFLICT", 409, "The same key came before with another body.");
    public static readonly ErrorCode UsernameTaken = new("USERNAME_TAKEN", 409, "Somebody has this user name.");
    public static readonly ErrorCode AlreadyMember = new("ALREADY_MEMBER", 409, "The user is a member already.");
    public static readonly ErrorCode MembersFixed = new("MEMBERS_FIXED", 409, "The members of a direct conversation don't change.");
    public static readonly ErrorCode LastAdmin = new("LAST_ADMIN", 409, "The only admin of a conversation can't give up the role; make somebody else admin first.");
    public static readonly ErrorCode ManifestConflict = new("MANIFEST_CONFLICT", 409, "A manifest of this or a higher version is stored already.");
    public static readonly ErrorCode VersionConflict = new("VERSION_CONFLICT", 409, "The blob has changed since the version that If-Match names.");
    public static readonly ErrorCode MessageDeleted = new("MESSAGE_DELETED", 409, "The message was deleted.");
    public static readonly ErrorCode TooManyDevices = new("TOO_MANY_DEVICES", 409, "The user has as many devices as the limit allows.");
    public static readonly ErrorCode ConversationFull = new("CONVERSATION_FULL", 409, "The conversation has as many members as its type allows.");
    public static readonly ErrorCode SetupDone = new("SETUP_DONE", 409, "The server has an administrator already; the set-up link is spent.");
    public static readonly ErrorCode UserAlreadyInCall = new("USER_ALREADY_IN_CALL", 400, "The caller is in another call that is still live.");
    public static readonly ErrorCode CallEnded = new("CALL_ENDED", 409, "The call is over.");
    public static readonly ErrorCode CallFull = new("CALL_FULL", 409, "As many people are in the call as fit.");
    public static readonly ErrorCode NotInCall = new("NOT_IN_CALL", 409, "The device has not joined the call, or has left it.");
    public static readonly ErrorCode AnsweredElsewhere = new("ANSWERED_ELSEWHERE", 409, "Another device of the user is in the call.");
    public static readonly ErrorCode QuotaExceeded = new("QUOTA_EXCEEDED", 413, "The user's storage is used up.");
    public static readonly ErrorCode OffsetMismatch = new("OFFSET_MISMATCH", 409, "The upload stands at another offset; extra_info names it.");
    public static readonly ErrorCode AttachmentInUse = new("ATTACHMENT_IN_USE", 409, "A message names this attachment; it goes with the message.");
    public static readonly ErrorCode TusVersionUnsupported = new("TUS_VERSION_UNSUPPORTED", 412, "Of the tus protocol, version 1.0.0 is spoken.");
    public static readonly ErrorCode RangeNotSatisfiable = new("RANGE_NOT_SATISFIABLE", 416, "The range begins after the end of the file.");
    public static readonly ErrorCode StorageFull = new("STORAGE_FULL", 507, "The server has no room for the file. What was acknowledged stays.");
    public static readonly ErrorCode UnknownType = new("UNKNOWN_TYPE", 422, "The frame's type is not one of the documented commands.");
    public static readonly ErrorCode RateLimited = new("RATE_LIMITED", 429, "Too many requests; Retry-After says when to come back.");
    public static readonly ErrorCode Unavailable = new("UNAVAILABLE", 503, "The server can't write at the moment; nothing was stored. Retry-After says when to come back.");
    public static readonly ErrorCode InternalError = new("INTERNAL_ERROR", 500, "A fault of the server; trace_id finds it in the log.");

    /// <summary>All rows, in the order of this file.</summary>
    public static IReadOnlyList<ErrorCode> All { get; } =
    [
        InvalidToken, TokenExpired, InvalidCredentials, RefreshReused, DeviceRevoked, PermissionDenied, NotAMember, UserBlocked,
        UserNotFound, DeviceNotFound, ConversationNotFound, MessageNotFound, CallNotFound, ReactionNotFound, InviteNotFound, BackupNotFound,
        AttachmentNotFound, RouteNotFound, MethodNotAllowed, UnsupportedMediaType, MalformedJson, ValidationError, GroupTooSmall, SystemTypeReserved,
        PayloadTooLarge, DeviceListMismatch, IdempotencyConflict, UsernameTaken, AlreadyMember, MembersFixed, LastAdmin, ManifestConflict,
        VersionConflict, MessageDeleted, TooManyDevices, ConversationFull, SetupDone,
        UserAlreadyInCall, CallEnded, CallFull, NotInCall, AnsweredElsewhere, QuotaExceeded, OffsetMismatch, AttachmentInUse,
        TusVersionUnsupported, RangeNotSatisfiable, StorageFull, UnknownType, RateLimited,
        Unavailable, InternalError,
    ];
}
