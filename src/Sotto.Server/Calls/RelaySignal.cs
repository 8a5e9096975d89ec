using System.Buffers;
using System.Text.Json;
using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Cluster;
using Sotto.Server.Limits;
using Sotto.Server.Sockets;

namespace Sotto.Server.Calls;

/// <summary>
/// Carries signals between the devices of a call: the commands <c>offer</c>, <c>answer</c>, <c>ice-candidate</c>, <c>mute</c>, <c>video_toggle</c>,
/// <c>screen_share</c> and <c>raise_hand</c>. Nothing of it is stored or looked into; who sent it is the server's word.
/// </summary>
internal sealed class RelaySignal(RateLimits limits, CallSeats seats, CallStore store, CallPushes pushes)
{
    private static readonly ErrorCode[] Refusals =
        [Errors.NotInCall, Errors.CallNotFound, Errors.CallEnded, Errors.PermissionDenied, Errors.PayloadTooLarge, Errors.RateLimited];

    public static void Map(CommandMap commands)
    {
        commands.On("offer", "Offers a connection to another device of the call.").Refuses(Refusals)
            .HandleFrame((RelaySignal use, CommandCall call, SessionDescription body, ReadOnlyMemory<byte> frame) => use.DescribeAsync(call, "offer", body, frame));
        commands.On("answer", "Answers an offer.").Refuses(Refusals)
            .HandleFrame((RelaySignal use, CommandCall call, SessionDescription body, ReadOnlyMemory<byte> frame) => use.DescribeAsync(call, "answer", body, frame));
        commands.On("ice-candidate", "Names a way to reach this device.").Refuses(Refusals)
            .HandleFrame((RelaySignal use, CommandCall call, IceCandidate body, ReadOnlyMemory<byte> frame) =>
                use.SendAsync(call, "ice-candidate", new Target(body.CallId, body.TargetUserId, body.TargetDeviceId), frame));
        commands.On("mute", "Tells the others that the microphone is off, or on again.").Refuses(Refusals)
            .HandleFrame((RelaySignal use, CommandCall call, SetMuted body, ReadOnlyMemory<byte> frame) =>
                use.SwitchAsync(call, "participant_muted", new Target(body.CallId, body.TargetUserId, body.TargetDeviceId), body.Muted, "muted", frame));
        commands.On("video_toggle", "Tells the others that the camera is on, or off.").Refuses(Refusals)
            .HandleFrame((RelaySignal use, CommandCall call, SetVideo body, ReadOnlyMemory<byte> frame) =>
                use.SwitchAsync(call, "participant_video", new Target(body.CallId, body.TargetUserId, body.TargetDeviceId), body.VideoEnabled, "video_enabled", frame));
        commands.On("screen_share", "Tells the others that a screen is shown, or no longer.").Refuses(Refusals)
            .HandleFrame((RelaySignal use, CommandCall call, SetScreenShare body, ReadOnlyMemory<byte> frame) =>
                use.SwitchAsync(call, "participant_screen", new Target(body.CallId, body.TargetUserId, body.TargetDeviceId), body.Sharing, "sharing", frame));
        commands.On("raise_hand", "Raises the hand, or takes it down.").Refuses(Refusals)
            .HandleFrame((RelaySignal use, CommandCall call, SetHand body, ReadOnlyMemory<byte> frame) =>
                use.SwitchAsync(call, "participant_hand", new Target(body.CallId, body.TargetUserId, body.TargetDeviceId), body.Raised, "raised", frame));
    }

    private async Task DescribeAsync(CommandCall call, string type, SessionDescription body, ReadOnlyMemory<byte> frame)
    {
        new Check().Required(body.Sdp, "sdp").Done();                                     // 422
        if (!await SendAsync(call, type, new Target(body.CallId, body.TargetUserId, body.TargetDeviceId), frame))
        {
            // Else an offer that was made too early would be waited on forever.
            throw Errors.NotInCall.Because("Nobody else is in this call yet. Offer when participant_update tells that somebody has joined.");
        }
    }

    private async Task SwitchAsync(CommandCall call, string type, Target target, bool? value, string field, ReadOnlyMemory<byte> frame)
    {
        new Check().Required(value, field).Done();                                        // 422
        await SendAsync(call, type, target, frame);
    }

    /// <returns>Whether anybody is there to get it.</returns>
    private async Task<bool> SendAsync(CommandCall call, string type, Target target, ReadOnlyMemory<byte> frame)
    {
        if (frame.Length > Sizes.Signal)
        {
            throw Errors.PayloadTooLarge.Because($"A signal has at most {Sizes.Signal} bytes.", ("body", $"at most {Sizes.Signal} bytes"));
        }

        var caller = call.Caller;
        limits.Take(Limit.Signalling, caller.UserId);                                     // 429
        var places = await MustFindAsync(call, target.CallId);                            // 404, 403, 409
        CallPlace[] others = [.. places.Places.Where(place => place.DeviceId is not null && place.UserId != caller.UserId)];
        CallPlace[] meant = [.. others.Where(place => (target.UserId ?? place.UserId) == place.UserId && (target.DeviceId ?? place.DeviceId) == place.DeviceId)];
        if (meant.Length == 0 && (target.UserId ?? target.DeviceId) is not null)
        {
            throw Errors.NotInCall.Because("The one it is for is not in this call.");
        }

        if (meant.Length > 0)
        {
            var bytes = Stamp(frame.Span, type, places.CallId, caller);
            foreach (var place in meant)
            {
                pushes.Signal(place.UserId, place.DeviceId!.Value, bytes);
            }
        }

        return meant.Length > 0;
    }

    /// <summary>The call that is meant; the caller is in it with this device.</summary>
    private async ValueTask<CallPlaces> MustFindAsync(CommandCall call, Guid? named)
    {
        var (userId, deviceId) = (call.Caller.UserId, call.Caller.DeviceId);
        var id = named ?? call.Socket.CallId ?? seats.CallOf(userId) ?? await store.FindSeatAsync(userId, call.Ct)
            ?? throw Errors.NotInCall.Because("This device is in no call.");
        var places = await seats.FindAsync(id, call.Ct) ?? throw Errors.CallNotFound.Because("There is no such call.");
        if (places.Places.All(place => place.UserId != userId))
        {
            throw Errors.PermissionDenied.Because("You have no part in this call.");
        }

        if (places.IsOver)
        {
            throw Errors.CallEnded.Because("This call is over.");
        }

        return places.Places.Any(place => place.UserId == userId && place.DeviceId == deviceId)
            ? places
            : throw Errors.NotInCall.Because("This device is not in the call; join it first.");
    }

    /// <summary>The frame as it was sent, but for who sent it and in which call, which are true, and for whom it was, which is no longer needed.</summary>
    private static byte[] Stamp(ReadOnlySpan<byte> sent, string type, Guid callId, Caller caller)
    {
        var buffer = new ArrayBufferWriter<byte>(sent.Length + 256);
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        writer.WriteStartObject();
        writer.WriteString("type"u8, type);
        writer.WriteString("call_id"u8, callId);
        writer.WriteString("user_id"u8, caller.UserId);
        writer.WriteString("device_id"u8, caller.DeviceId);
        var reader = new Utf8JsonReader(sent);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isOurs = IsOurs(ref reader);
            if (!isOurs)
            {
                writer.WritePropertyName(reader.GetString()!);
            }

            reader.Read();
            var from = (int)reader.TokenStartIndex;
            reader.Skip();
            if (!isOurs)
            {
                writer.WriteRawValue(sent[from..(int)reader.BytesConsumed], skipInputValidation: true);
            }
        }

        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static bool IsOurs(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("type"u8) || reader.ValueTextEquals("call_id"u8) || reader.ValueTextEquals("user_id"u8) || reader.ValueTextEquals("device_id"u8)
        || reader.ValueTextEquals("target_user_id"u8) || reader.ValueTextEquals("target_device_id"u8) || reader.ValueTextEquals("request_id"u8);

    private readonly record struct Target(Guid? CallId, Guid? UserId, Guid? DeviceId);
}
