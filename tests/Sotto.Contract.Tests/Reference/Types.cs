namespace Sotto.Contract.Tests.Reference;

/// <summary>The types of the API by name, with exactly the fields that clients were promised. What a server adds isn't here.</summary>
internal static class Types
{
    private static readonly Dictionary<string, string> All = Read(
        """
        Message = { id: uuid, conversation_id: uuid, sender_id: uuid, ciphertext: string, ciphertext_nonce: string, encryption_algo: string,
            message_type: MessageType, preview_text_hash?: string, is_edited: boolean, is_deleted: boolean, created_at: time, updated_at: time,
            encrypted_keys: MessageEncryptedKey[], attachments: MessageAttachment[], statuses: MessageStatus[] }
        MessageType = 'text' | 'image' | 'audio' | 'video' | 'document' | 'location' | 'contact' | 'system'
        MessageEncryptedKey = { recipient_user_id: uuid, recipient_device_id: uuid, encrypted_key: string, key_algo: string, nonce: string }
        MessageAttachment = { id: uuid, file_name: string, file_size: int, content_type: string, storage_id: string }
        MessageStatus = { user_id: uuid, device_id?: uuid, status: MessageStatusType, status_at: time }
        MessageStatusType = 'sent' | 'delivered' | 'read' | 'failed'
        Conversation = { id: uuid, title?: string, type: ConversationType, visibility: ConversationVisibility, creator_id: uuid, member_count: int,
            last_message_id?: uuid, last_activity?: time, archived: boolean, created_at: time, updated_at: time }
        ConversationType = 'direct' | 'group' | 'channel' | 'support'
        ConversationVisibility = 'private' | 'public' | 'invite_only'
        ConversationMember = { id: uuid, conversation_id: uuid, user_id: uuid, role: MemberRole, joined_at: time, last_read_message_id?: uuid,
            unread_count: int, is_muted: boolean }
        MemberRole = 'admin' | 'moderator' | 'member'
        UserStatus = 'online' | 'offline' | 'away' | 'busy'
        Call = { id: uuid, caller_id: uuid, participants: uuid[+], type: CallType, status: CallStatus, started_at: time }
        CallType = 'audio' | 'video'
        CallStatus = 'initiating' | 'ringing' | 'ongoing' | 'ended' | 'missed' | 'declined' | 'failed'
        CallLog = { id: uuid, conversation_id: uuid, caller_id: uuid, callee_id: uuid, call_type: CallType, status: CallStatus, started_at: time,
            ended_at?: time, duration?: int, call_metadata?: CallMetadata }
        CallMetadata = { quality?: CallQuality, connection_type?: string, bandwidth_avg?: string, packet_loss?: number, latency_avg?: number }
        CallQuality = 'poor' | 'fair' | 'good' | 'excellent'
        IceServer = { urls: string[+], username?: string, credential?: string }
        Error = { detail: string, error_code: string, extra_info: object }
        EventFrame = { type: string, data: object }
        Own = { description?: string, roster_version: int, last_seq: int, membership: ConversationMember }
        Sealed = { seq: int, sender_device_id: uuid, client_message_id?: uuid, reply_to_id?: uuid, reactions: Reaction[], expires_at?: time }
        Reaction = { user_id: uuid, ciphertext: string, encrypted_keys: MessageEncryptedKey[] }
        Invite = { code: string, expires_at: time, uses_left: int }
        Session = { user: User, device: Device, access_token: string, refresh_token: string, token_type: 'bearer', expires_in: int }
        User = { id: uuid, username: string, display_name: string, avatar?: string, status: UserStatus, last_seen?: time, settings: object }
        PublicUser = { id: uuid, username: string, display_name: string, status: UserStatus, last_seen?: time }
        Device = { id: uuid, name?: string, platform?: string, created_at: time }
        PublicDevice = { user_id: uuid, device_id: uuid, signing_key?: base64, identity_key?: base64 }
        SignedPrekey = { id: int, key: base64, signature: base64, expires_at: time }
        PrekeyBundle = { user_id: uuid, device_id: uuid, signing_key: base64, identity_key: base64, signed_prekey: SignedPrekey, one_time_prekey?: Prekey }
        Prekey = { id: int, key: base64 }
        Manifest = { version: int, payload: base64, signature: base64 }
        """);

    public static string Of(string name) => All.TryGetValue(name, out var type) ? type : throw new KeyNotFoundException($"There is no type {name}.");

    private static Dictionary<string, string> Read(string text)
    {
        var types = new Dictionary<string, string>(StringComparer.Ordinal);
        var name = "";
        foreach (var line in text.Split('\n'))
        {
            var parts = line.Split(" = ", 2);
            name = parts.Length == 2 ? parts[0] : name;
            types[name] = types.GetValueOrDefault(name) + parts[^1];
        }

        return types;
    }
}
