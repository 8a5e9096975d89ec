using Sotto.Contracts;

namespace Sotto.Server.Calls;

/// <summary>What can happen to a call.</summary>
internal abstract record CallEvent;

/// <summary>What somebody does, or what happens to them.</summary>
internal abstract record PersonalEvent(Guid UserId) : CallEvent;

/// <summary>A device of a callee confirms that it rings.</summary>
internal sealed record Rang(Guid UserId) : PersonalEvent(UserId);

internal sealed record Joined(Guid UserId, Guid DeviceId) : PersonalEvent(UserId);

/// <param name="DeviceId">The device that says so; none for the person themselves, whichever device is in the call.</param>
/// <param name="IsBusy">They are talking to somebody else, and this is how a device says so.</param>
internal sealed record Declined(Guid UserId, Guid? DeviceId = null, bool IsBusy = false) : PersonalEvent(UserId);

/// <param name="DeviceId">As with <see cref="Declined"/>.</param>
internal sealed record Left(Guid UserId, Guid? DeviceId = null) : PersonalEvent(UserId);

/// <summary>Somebody wants the call to end.</summary>
/// <param name="DeviceId">As with <see cref="Declined"/>.</param>
/// <param name="IsAdmin">An admin of the conversation, who may end it for all.</param>
internal sealed record EndAsked(Guid UserId, Guid? DeviceId = null, bool IsAdmin = false) : PersonalEvent(UserId);

/// <summary>A device is gone for good: logged out, or removed.</summary>
internal sealed record DeviceLost(Guid UserId, Guid DeviceId) : PersonalEvent(UserId);

/// <summary>A joined device is still there.</summary>
internal sealed record Renewed(Guid UserId, Guid DeviceId) : PersonalEvent(UserId);

/// <summary>Somebody is no longer of the conversation, or has no account any more.</summary>
internal sealed record Expelled(Guid UserId) : PersonalEvent(UserId);

/// <summary>The server can't go on with it.</summary>
internal sealed record Broken : CallEvent;

/// <summary>Nothing happened, but time went by.</summary>
internal sealed record TimePassed : CallEvent;

/// <summary>What must follow from a step, once it is stored.</summary>
internal abstract record CallEffect;

/// <summary>Everybody learns where the call stands.</summary>
/// <param name="UserId">Whose doing it was, or whose part alone it concerns.</param>
internal sealed record StatusTold(CallStatus Status, Guid? UserId = null, EndReason? Reason = null) : CallEffect;

/// <summary>The devices of a person stop ringing, but for the one that answered.</summary>
internal sealed record RingStopped(Guid UserId, Guid? ExceptDeviceId, EndReason Reason) : CallEffect;

/// <summary>Everybody learns that somebody joined the call or left it.</summary>
internal sealed record PartyMoved(Guid UserId, bool HasJoined) : CallEffect;

/// <summary>The call is over: its history is to be written with this very step.</summary>
internal sealed record Finished : CallEffect;
