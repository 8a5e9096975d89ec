using Sotto.Contracts;

namespace Sotto.Server.Calls;

/// <summary>Calls in the form in which they travel.</summary>
internal static class CallViews
{
    public static CallInfo ToInfo(this Call call) => new(
        call.Id, call.CallerId, call.PeopleIds, call.Type, call.Status, call.AnsweredAt ?? call.InitiatedAt, call.EndedAt, call.ConversationId, call.InitiatedAt,
        call.RingsUntil, call.ToParticipants(), call.Reason);

    public static CallStarted ToStarted(this Call call, IReadOnlyList<IceServer> ice) => new(
        call.Id, "initiated", call.PeopleIds, call.Type, SignalingUrl(call), call.ConversationId, call.RingsUntil, ice);

    public static CallEntered ToEntered(this Call call, IReadOnlyList<IceServer> ice) => new(
        call.Id, "joined", SignalingUrl(call), call.ConversationId, call.Type, call.ToParticipants(), ice);

    private static string SignalingUrl(Call call) => $"/api/v1/calls/{call.Id}/signaling";

    private static IReadOnlyList<CallParticipant> ToParticipants(this Call call) =>
        [.. call.Parties.Select(party => new CallParticipant(party.UserId, party.State, party.DeviceId, party.JoinedAt, party.LeftAt, party.Reason))];
}
