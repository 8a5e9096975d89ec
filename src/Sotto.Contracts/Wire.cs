using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sotto.Contracts;

/// <summary>The one JSON form of everything on the wire: snake_case, UTC milliseconds, unknown members ignored, depth 32.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    GenerationMode = JsonSourceGenerationMode.Metadata,
    AllowDuplicateProperties = false,
    MaxDepth = Sizes.JsonDepth,
    Converters = [typeof(UtcMilliseconds)])]
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(Health))]
[JsonSerializable(typeof(Registration))]
[JsonSerializable(typeof(NewAttachment))]
[JsonSerializable(typeof(AttachmentUpload))]
[JsonSerializable(typeof(Credentials))]
[JsonSerializable(typeof(RefreshRequest))]
[JsonSerializable(typeof(SignedIn))]
[JsonSerializable(typeof(Ticket))]
[JsonSerializable(typeof(User))]
[JsonSerializable(typeof(UserChanges))]
[JsonSerializable(typeof(UserExport))]
[JsonSerializable(typeof(JsonWebKeys))]
[JsonSerializable(typeof(PublicUser))]
[JsonSerializable(typeof(ServerRoleChange))]
[JsonSerializable(typeof(Page<PublicUser>))]
[JsonSerializable(typeof(Page<Device>))]
[JsonSerializable(typeof(DeviceDescription))]
[JsonSerializable(typeof(DeviceChanges))]
[JsonSerializable(typeof(DeviceKeys))]
[JsonSerializable(typeof(KeysStatus))]
[JsonSerializable(typeof(UserDevices))]
[JsonSerializable(typeof(Manifest))]
[JsonSerializable(typeof(ConversationDevices))]
[JsonSerializable(typeof(PrekeyRequest))]
[JsonSerializable(typeof(PrekeyBundles))]
[JsonSerializable(typeof(Capabilities))]
[JsonSerializable(typeof(BackupInfo))]
[JsonSerializable(typeof(Page<BackupInfo>))]
[JsonSerializable(typeof(Page<Conversation>))]
[JsonSerializable(typeof(Page<ConversationMember>))]
[JsonSerializable(typeof(NewConversation))]
[JsonSerializable(typeof(ConversationChanges))]
[JsonSerializable(typeof(NewMembers))]
[JsonSerializable(typeof(AddedMembers))]
[JsonSerializable(typeof(RoleChange))]
[JsonSerializable(typeof(NewInvite))]
[JsonSerializable(typeof(Invite))]
[JsonSerializable(typeof(JoinByCode))]
[JsonSerializable(typeof(Notice))]
[JsonSerializable(typeof(SystemAction))]
[JsonSerializable(typeof(Page<Message>))]
[JsonSerializable(typeof(NewMessage))]
[JsonSerializable(typeof(MessageEdit))]
[JsonSerializable(typeof(MessageDeletion))]
[JsonSerializable(typeof(NewReaction))]
[JsonSerializable(typeof(AddedKeys))]
[JsonSerializable(typeof(StatusReport))]
[JsonSerializable(typeof(SyncAck))]
[JsonSerializable(typeof(Authenticate))]
[JsonSerializable(typeof(ConversationRef))]
[JsonSerializable(typeof(Acknowledge))]
[JsonSerializable(typeof(ReportStatus))]
[JsonSerializable(typeof(SetTyping))]
[JsonSerializable(typeof(SetStatus))]
[JsonSerializable(typeof(Ping))]
[JsonSerializable(typeof(Event<ErrorBody>))]
[JsonSerializable(typeof(Event<AuthOk>))]
[JsonSerializable(typeof(Event<TokenExpiring>))]
[JsonSerializable(typeof(Event<SyncComplete>))]
[JsonSerializable(typeof(Event<ConversationJoined>))]
[JsonSerializable(typeof(Event<ConversationLeft>))]
[JsonSerializable(typeof(Event<MessageAck>))]
[JsonSerializable(typeof(Event<Ack>))]
[JsonSerializable(typeof(Event<Pong>))]
[JsonSerializable(typeof(Event<MessageReceived>))]
[JsonSerializable(typeof(Event<MessageUpdated>))]
[JsonSerializable(typeof(Event<MessageRemoved>))]
[JsonSerializable(typeof(Event<ReactionUpdated>))]
[JsonSerializable(typeof(Event<MessageStatusUpdate>))]
[JsonSerializable(typeof(Event<Typing>))]
[JsonSerializable(typeof(Event<UserStatusChange>))]
[JsonSerializable(typeof(Event<ConversationCreated>))]
[JsonSerializable(typeof(Event<ConversationUpdated>))]
[JsonSerializable(typeof(Event<ConversationDeleted>))]
[JsonSerializable(typeof(Event<MemberAdded>))]
[JsonSerializable(typeof(Event<MemberUpdated>))]
[JsonSerializable(typeof(Event<MemberRemoved>))]
[JsonSerializable(typeof(Event<DeviceListChanged>))]
[JsonSerializable(typeof(NewCall))]
[JsonSerializable(typeof(CallStarted))]
[JsonSerializable(typeof(CallEntered))]
[JsonSerializable(typeof(CallInfo))]
[JsonSerializable(typeof(ActiveCallList))]
[JsonSerializable(typeof(CallRefusal))]
[JsonSerializable(typeof(Page<CallLog>))]
[JsonSerializable(typeof(CallMetadata))]
[JsonSerializable(typeof(IceServerList))]
[JsonSerializable(typeof(SessionDescription))]
[JsonSerializable(typeof(IceCandidate))]
[JsonSerializable(typeof(SetMuted))]
[JsonSerializable(typeof(SetVideo))]
[JsonSerializable(typeof(SetScreenShare))]
[JsonSerializable(typeof(SetHand))]
[JsonSerializable(typeof(RelayedDescription))]
[JsonSerializable(typeof(RelayedCandidate))]
[JsonSerializable(typeof(ParticipantMuted))]
[JsonSerializable(typeof(ParticipantVideo))]
[JsonSerializable(typeof(ParticipantScreen))]
[JsonSerializable(typeof(ParticipantHand))]
[JsonSerializable(typeof(Event<IncomingCall>))]
[JsonSerializable(typeof(Event<CallStatusUpdate>))]
[JsonSerializable(typeof(Event<ParticipantUpdate>))]
public sealed partial class Wire : JsonSerializerContext
{
    /// <summary>The options to serialise with: the generated ones, and text written as readable UTF-8.</summary>
    /// <remarks>The relaxed encoder is safe here: answers are application/json with nosniff, never part of a page.</remarks>
    public static JsonSerializerOptions Json => ReadableText.Options;

    /// <summary>A type of its own, so that it is made after the generated part's statics, whatever order the compiler gives those.</summary>
    private static class ReadableText
    {
        public static readonly JsonSerializerOptions Options = Make();

        private static JsonSerializerOptions Make()
        {
            var options = new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
            options.MakeReadOnly();
            return options;
        }
    }
}

/// <summary>Times are RFC 3339 in UTC with milliseconds and a <c>Z</c>; other offsets are read and turned.</summary>
public sealed class UtcMilliseconds : JsonConverter<DateTimeOffset>
{
    public const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out var time)
            ? time.ToUniversalTime()
            : throw new JsonException("must be a time as RFC 3339 has it");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<char> text = stackalloc char[32];
        value.UtcDateTime.TryFormat(text, out var length, Format, CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..length]);
    }
}
