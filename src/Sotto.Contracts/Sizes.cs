namespace Sotto.Contracts;

/// <summary>The sizes that the contract fixes. Bytes unless the name says otherwise.</summary>
public static class Sizes
{
    public const int RequestBody = 1024 * 1024;
    public const int Frame = 512 * 1024;
    public const int FirstFrame = 4 * 1024;
    public const int JsonDepth = 32;
    public const int Ciphertext = 256 * 1024;
    public const int RecipientKeys = 1000;
    public const int DevicesPerUser = 10;
    public const int GroupMembers = 1000;
    public const int ChannelMembers = 100_000;
    public const int MembersAtOnce = 1000;
    public const int Title = 200;
    public const int Description = 2000;
    public const long LongestTtlSeconds = 366 * 24 * 3600;
    public const int InviteUses = 10_000;
    public const long LongestInviteSeconds = 90 * 24 * 3600;
    public const int ListedStatuses = 256;
    public const int PresenceMembers = 100;
    public const int OutboxFrames = 256;
    public const int OutboxBytes = 1024 * 1024;
    public const int SocketsPerUser = 5;
    public const int HeartbeatSeconds = 25;
    public const int Signal = 128 * 1024;
    public const int CalledAtOnce = 256;
    public const int QualitySamples = 1000;
    public const int AttachmentChunk = 8 * 1024 * 1024;
    public const int BackupBytes = 16 * 1024 * 1024;
}
