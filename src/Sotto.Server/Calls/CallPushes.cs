using System.Collections.Immutable;
using Sotto.Contracts;
using Sotto.Server.Cluster;
using Sotto.Server.Sockets;
using Sotto.Server.Storage;

namespace Sotto.Server.Calls;

/// <summary>
/// Tells people, wherever their sockets are, what became of a call. It goes to all nodes, since the board is a moment behind: a socket that has just
/// come, and found nothing that rings, must not miss what begins to ring now. Only signals, which are many, go by the board.
/// </summary>
internal sealed class CallPushes
{
    private readonly SocketRegistry _sockets;
    private readonly BoardHost _board;
    private readonly Nodes _nodes;
    private readonly NodeMessages _messages;
    private readonly CallSeats _seats;

    public CallPushes(SocketRegistry sockets, BoardHost board, Nodes nodes, NodeMessages messages, CallSeats seats)
    {
        (_sockets, _board, _nodes, _messages, _seats) = (sockets, board, nodes, messages, seats);
        messages.On<UserFrame>((_, frame) => Deliver(frame));
        messages.On<CallPlaces>((_, places) => _seats.Take(places));
    }

    /// <summary>A call has begun: everybody's devices ring.</summary>
    /// <param name="talking">Those of them who are in another call.</param>
    public void Ring(Call call, IReadOnlyCollection<Guid> talking)
    {
        Tell(new StoredCall(call, 1), []);
        Guid[] callees = [.. call.Parties.Skip(1).Select(party => party.UserId)];
        Send(callees.Where(id => !talking.Contains(id)), RingFrame(call, isWaiting: false));
        Send(callees.Where(talking.Contains), RingFrame(call, isWaiting: true));
        Send([call.CallerId], StatusFrame(call, call.CallerId, null), exceptDevice: call.Parties[0].DeviceId);
    }

    /// <summary>Rings on one socket, which has just come.</summary>
    public static void RingOn(DeviceSocket socket, Call call, bool isWaiting) => socket.TrySend(OutboundFrame.Of(RingFrame(call, isWaiting)));

    /// <summary>Tells one socket how its user's part in a call stands.</summary>
    public static void TellOn(DeviceSocket socket, Call call, EndReason? reason) =>
        socket.TrySend(OutboundFrame.Of(StatusFrame(call, reason is null ? null : socket.Caller.UserId, reason)));

    /// <summary>Tells one socket who else is in the call.</summary>
    public static void TellJoinedOn(DeviceSocket socket, Call call)
    {
        foreach (var party in call.Parties.Where(party => party.IsJoined && party.UserId != socket.Caller.UserId))
        {
            socket.TrySend(OutboundFrame.Of(Frame("participant_update", new ParticipantUpdate(call.Id, party.UserId, ParticipantAction.Joined, party.DeviceId))));
        }
    }

    /// <summary>Tells what followed from a step. First of all who is in the call, for signals ask for that.</summary>
    public void Tell(StoredCall stored, ImmutableArray<CallEffect> effects)
    {
        var call = stored.Call;
        TellNodes(PlacesOf(stored));
        foreach (var effect in effects)
        {
            Tell(call, effect);
        }
    }

    /// <summary>A signal for one device.</summary>
    public void Signal(Guid userId, Guid deviceId, byte[] frame)
    {
        var message = new UserFrame([userId], deviceId, null, frame);
        Deliver(message);
        foreach (var node in _nodes.Others.IsEmpty ? [] : _board.NodesOf([userId]))
        {
            if (node != _nodes.Self)
            {
                _messages.Send(node, message);
            }
        }
    }

    public static CallPlaces PlacesOf(StoredCall stored) => new(
        stored.Call.Id, stored.Version, [.. stored.Call.Parties.Select(party => new CallPlace(party.UserId, party.DeviceId))], stored.Call.IsFinal);

    private void Send(IEnumerable<Guid> userIds, byte[] frame, Guid? exceptDevice = null)
    {
        Guid[] users = [.. userIds];
        if (users.Length > 0)
        {
            TellNodes(new UserFrame(users, null, exceptDevice, frame));
        }
    }

    private void TellNodes(NodeMessage message)
    {
        _messages.Send(_nodes.Self, message);
        foreach (var node in _nodes.Others)
        {
            _messages.Send(node, message);
        }
    }

    private static byte[] RingFrame(Call call, bool isWaiting) => Frame(
        "incoming_call",
        new IncomingCall(call.Id, call.CallerId, call.Type, call.PeopleIds, call.ConversationId, call.InitiatedAt, call.RingsUntil, isWaiting));

    private static byte[] StatusFrame(Call call, Guid? userId, EndReason? reason) => Frame(
        "call_status_update", new CallStatusUpdate(call.Id, call.Status, userId, reason, call.Reason, call.ConversationId));

    private static byte[] Frame<T>(string type, T data) => OutboundFrame.Of(type, data).Head.ToArray();

    private void Tell(Call call, CallEffect effect)
    {
        switch (effect)
        {
            case StatusTold told:
                Send(call.PeopleIds, StatusFrame(call with { Status = told.Status }, told.UserId, told.Reason));
                break;
            case RingStopped stopped:
                Send([stopped.UserId], StatusFrame(call, stopped.UserId, stopped.Reason), exceptDevice: stopped.ExceptDeviceId);
                break;
            case PartyMoved moved:
                var party = call.Find(moved.UserId);
                Send(
                    call.PeopleIds,
                    Frame(
                        "participant_update",
                        new ParticipantUpdate(
                            call.Id, moved.UserId, moved.HasJoined ? ParticipantAction.Joined : ParticipantAction.Left, moved.HasJoined ? party?.DeviceId : null,
                            moved.HasJoined ? null : party?.Reason)));
                break;
            case Finished:
                Metrics.Ended.Add(1, new KeyValuePair<string, object?>("status", EnumText.Of(call.Status)));
                break;
            default:
                break;
        }
    }

    private void Deliver(UserFrame message)
    {
        var frame = OutboundFrame.Of(message.Frame);
        foreach (var socket in message.UserIds.SelectMany(_sockets.SocketsOf))
        {
            var device = socket.Caller.DeviceId;
            if (device != message.ExceptDevice && (message.OnlyDevice ?? device) == device)
            {
                socket.TrySend(frame);
            }
        }
    }
}
