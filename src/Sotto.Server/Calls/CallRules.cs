namespace Sotto.Server.Calls;

/// <summary>The numbers of a call.</summary>
/// <param name="RingTime">How long it rings for who doesn't answer.</param>
/// <param name="Lease">How long somebody is in it without a sign of life.</param>
/// <param name="MostJoined">How many may be in it at once.</param>
internal sealed record CallRules(TimeSpan RingTime, TimeSpan Lease, int MostJoined);
