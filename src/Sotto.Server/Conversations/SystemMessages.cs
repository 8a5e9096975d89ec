using System.Text;
using System.Text.Json;
using Sotto.Contracts;
using Sotto.Server.Storage;

namespace Sotto.Server.Conversations;

/// <summary>Makes the timeline entries that tell of changes of members and titles: ids and the action, never text people wrote.</summary>
internal static class SystemMessages
{
    public const string Created = "conversation_created";
    public const string Updated = "conversation_updated";
    public const string MemberAdded = "member_added";
    public const string MemberJoined = "member_joined";
    public const string MemberRemoved = "member_removed";
    public const string MemberLeft = "member_left";
    public const string RoleChanged = "role_changed";

    public static Entry Make(Guid conversationId, SystemAction action, TimeProvider clock)
    {
        var now = clock.NowMs();
        return new Entry
        {
            Id = Ids.New(clock),
            ConversationId = conversationId,
            Kind = EntryKind.System,
            MessageType = MessageType.System,
            SenderId = action.By,
            CreatedAt = now,
            UpdatedAt = now,
            Body = Body(action),
        };
    }

    public static SystemAction Read(Entry entry)
    {
        using var document = JsonDocument.Parse(Encoding.UTF8.GetBytes("{" + Encoding.UTF8.GetString(entry.Body) + "}"));
        return document.RootElement.GetProperty("ciphertext").GetString() is { } text
            ? JsonSerializer.Deserialize(text, Wire.Default.SystemAction)!
            : throw new InvalidOperationException("A system entry without its action.");
    }

    private static byte[] Body(SystemAction action)
    {
        var text = JsonSerializer.Serialize(action, Wire.Json.GetTypeInfo(typeof(SystemAction)));
        return Encoding.UTF8.GetBytes($"\"ciphertext\":{JsonSerializer.Serialize(text)},\"ciphertext_nonce\":\"\",\"encryption_algo\":\"none\",\"attachments\":[]");
    }
}
