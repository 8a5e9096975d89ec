using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sotto.Contracts;

[JsonConverter(typeof(SnakeCaseEnum<CallType>))]
public enum CallType
{
    Audio,
    Video,
}

/// <summary>The last four are final, and a call reaches one of them once.</summary>
[JsonConverter(typeof(SnakeCaseEnum<CallStatus>))]
public enum CallStatus
{
    Initiating,
    Ringing,
    Ongoing,
    Ended,
    Missed,
    Declined,
    Failed,
}

/// <summary>Why a call, or somebody's part in it, ended; also why a device stops ringing.</summary>
[JsonConverter(typeof(SnakeCaseEnum<EndReason>))]
public enum EndReason
{
    Hangup,
    Cancelled,
    NoAnswer,
    Declined,
    Busy,
    AnsweredElsewhere,
    ConnectionLost,
    Failed,
    Server,
}

/// <summary>Where somebody stands in a call. Who left, declined or missed it may still join while it lives.</summary>
[JsonConverter(typeof(SnakeCaseEnum<ParticipantState>))]
public enum ParticipantState
{
    /// <summary>Rung for, but no device has confirmed yet.</summary>
    Invited,
    Ringing,
    Joined,
    Left,
    Declined,
    Missed,
}

/// <summary>How good a call was for somebody, the worst first.</summary>
[JsonConverter(typeof(SnakeCaseEnum<CallQuality>))]
public enum CallQuality
{
    Poor,
    Fair,
    Good,
    Excellent,
}

/// <summary>From the point of view of whoever reads the history.</summary>
[JsonConverter(typeof(SnakeCaseEnum<CallDirection>))]
public enum CallDirection
{
    Incoming,
    Outgoing,
}

[JsonConverter(typeof(SnakeCaseEnum<ParticipantAction>))]
public enum ParticipantAction
{
    Joined,
    Left,
}

/// <summary><c>POST /calls/initiate</c>. With a <c>conversation_id</c> the participants may be left out: then all its members are called.</summary>
public sealed record NewCall(IReadOnlyList<Guid>? Participants = null, CallType? CallType = null, Guid? ConversationId = null);

/// <summary>What <c>initiate</c> answers; <c>status</c> is the word <c>initiated</c>.</summary>
/// <param name="Participants">The caller first.</param>
public sealed record CallStarted(
    Guid CallId, string Status, IReadOnlyList<Guid> Participants, CallType Type, string SignalingUrl, Guid ConversationId, DateTimeOffset RingsUntil,
    IReadOnlyList<IceServer> IceServers);

/// <summary>What <c>join</c> answers; <c>status</c> is the word <c>joined</c>.</summary>
public sealed record CallEntered(
    Guid CallId, string Status, string SignalingUrl, Guid ConversationId, CallType Type, IReadOnlyList<CallParticipant> ParticipantStates,
    IReadOnlyList<IceServer> IceServers);

/// <summary>A call as its people see it.</summary>
/// <param name="Participants">All who were called, and first the caller, whether they are in it or not.</param>
/// <param name="StartedAt">When it was answered; before that, when it was initiated.</param>
public sealed record CallInfo(
    Guid Id, Guid CallerId, IReadOnlyList<Guid> Participants, CallType Type, CallStatus Status, DateTimeOffset StartedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] DateTimeOffset? EndedAt,
    Guid ConversationId, DateTimeOffset InitiatedAt, DateTimeOffset RingsUntil, IReadOnlyList<CallParticipant> ParticipantStates, EndReason? EndReason = null);

/// <param name="DeviceId">The device that is in the call.</param>
public sealed record CallParticipant(
    Guid UserId, ParticipantState State, Guid? DeviceId = null, DateTimeOffset? JoinedAt = null, DateTimeOffset? LeftAt = null, EndReason? Reason = null);

/// <summary><c>GET /calls/</c>: those that aren't over, and that the caller is in or is rung for.</summary>
public sealed record ActiveCallList(IReadOnlyList<CallInfo> ActiveCalls);

/// <summary>Why somebody doesn't come.</summary>
[JsonConverter(typeof(SnakeCaseEnum<DeclineReason>))]
public enum DeclineReason
{
    Declined,
    Busy,
}

/// <summary>What <c>decline</c> takes; <c>declined</c> where nothing is said.</summary>
public sealed record CallRefusal(DeclineReason? Reason = null);

/// <summary>One person's part in a call that is over, as the person called and the caller find it in their history.</summary>
/// <param name="StartedAt">The answer; the ring where nobody answered.</param>
/// <param name="Duration">Whole seconds; 0 when unanswered.</param>
public sealed record CallLog(
    Guid Id, Guid CallId, Guid ConversationId, Guid CallerId, Guid CalleeId, CallType CallType, CallStatus Status, DateTimeOffset StartedAt,
    DateTimeOffset EndedAt, long Duration, CallDirection Direction, EndReason EndReason, CallMetadata? CallMetadata = null);

/// <summary>How a call went for one participant.</summary>
/// <param name="PacketLoss">In percent.</param>
/// <param name="LatencyAvg">In milliseconds.</param>
/// <param name="Samples">Whatever the client measured on the way; kept with the report, and given back in the user's export only.</param>
public sealed record CallMetadata(
    CallQuality? Quality = null, string? ConnectionType = null, string? BandwidthAvg = null, double? PacketLoss = null, double? LatencyAvg = null,
    IReadOnlyList<JsonElement>? Samples = null);

/// <summary>A server for ICE, in the form that <c>RTCPeerConnection</c> takes.</summary>
public sealed record IceServer(IReadOnlyList<string> Urls, string? Username = null, string? Credential = null);

/// <param name="ExpiresAt">When the credentials end; absent where there are none.</param>
public sealed record IceServerList(IReadOnlyList<IceServer> IceServers, DateTimeOffset? ExpiresAt = null);

// Events.

/// <param name="IsWaiting">The person is in another call: knock instead of ringing.</param>
public sealed record IncomingCall(
    Guid CallId, Guid CallerId, CallType CallType, IReadOnlyList<Guid> Participants, Guid ConversationId, DateTimeOffset InitiatedAt, DateTimeOffset RingsUntil, bool IsWaiting);

/// <param name="ParticipantId">Whose doing it was; with a <paramref name="Reason"/> and no final status, only this person's part has ended.</param>
/// <param name="Reason">Why this person's part, or this device's ringing, has ended.</param>
/// <param name="EndReason">Why the call has ended.</param>
public sealed record CallStatusUpdate(
    Guid CallId, CallStatus Status, Guid? ParticipantId = null, EndReason? Reason = null, EndReason? EndReason = null, Guid? ConversationId = null);

public sealed record ParticipantUpdate(Guid CallId, Guid UserId, ParticipantAction Action, Guid? DeviceId = null, EndReason? Reason = null);

// Signalling: flat frames. Beside these fields any others pass untouched.

/// <param name="TargetUserId">Whom it is for; without it and without a device, all others in the call.</param>
public sealed record SessionDescription(string? Sdp, Guid? CallId = null, Guid? TargetUserId = null, Guid? TargetDeviceId = null);

/// <param name="Candidate">A text, an object or null, as the browser gave it.</param>
public sealed record IceCandidate(JsonElement? Candidate, Guid? CallId = null, Guid? TargetUserId = null, Guid? TargetDeviceId = null);

public sealed record SetMuted(bool? Muted, Guid? CallId = null, Guid? TargetUserId = null, Guid? TargetDeviceId = null);

public sealed record SetVideo(bool? VideoEnabled, Guid? CallId = null, Guid? TargetUserId = null, Guid? TargetDeviceId = null);

public sealed record SetScreenShare(bool? Sharing, Guid? CallId = null, Guid? TargetUserId = null, Guid? TargetDeviceId = null);

public sealed record SetHand(bool? Raised, Guid? CallId = null, Guid? TargetUserId = null, Guid? TargetDeviceId = null);

/// <summary>A signal that arrives: the sender's, with who it truly was.</summary>
public sealed record RelayedDescription(Guid CallId, Guid UserId, Guid DeviceId, string Sdp);

public sealed record RelayedCandidate(Guid CallId, Guid UserId, Guid DeviceId, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] JsonElement? Candidate);

public sealed record ParticipantMuted(Guid CallId, Guid UserId, Guid DeviceId, bool Muted);

public sealed record ParticipantVideo(Guid CallId, Guid UserId, Guid DeviceId, bool VideoEnabled);

public sealed record ParticipantScreen(Guid CallId, Guid UserId, Guid DeviceId, bool Sharing);

public sealed record ParticipantHand(Guid CallId, Guid UserId, Guid DeviceId, bool Raised);
