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
