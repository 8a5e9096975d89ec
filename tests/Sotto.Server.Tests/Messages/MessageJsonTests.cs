using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Sotto.Contracts;
using Sotto.Server.Conversations;
using Sotto.Server.Messages;

namespace Sotto.Server.Tests.Messages;

/// <summary>The hand-written writer and the serializer must agree, whatever is in a message.</summary>
public sealed class MessageJsonTests
{
    private static readonly Gen<string> Text = Gen.OneOf(Gen.String[0, 40], Gen.Const("\"\\\u0000\u2028<>&'é😀"), Gen.String[Gen.Char.AlphaNumeric, 0, 40]);

    [Fact, Rule("M4")]
    public void A_message_is_written_as_the_serializer_writes_it() =>
        Gen.Select(Text, Text, Gen.Enum<MessageType>(), Gen.Int[0, 5], Gen.Bool).Sample((ciphertext, nonce, type, keyCount, attached) =>
        {
            var me = Guid.CreateVersion7();
            var keys = Enumerable.Range(0, keyCount).Select(_ => new WrappedKey(me, Guid.CreateVersion7(), ciphertext, "x25519-aead", nonce)).ToArray();
            var files = attached ? new[] { new MessageAttachment(me, ciphertext, 12, "text/plain", nonce) } : [];
            var sent = new NewMessage(me, ciphertext, type, PackedKeys.From(keys), files, nonce, ReplyToId: attached ? me : null);
            var entry = new Entry
            {
                Id = me, ConversationId = me, Seq = 7, MessageType = type, SenderId = me, SenderDeviceId = me, ClientMessageId = attached ? me : null,
                CreatedAt = 1_700_000_000_001, UpdatedAt = 1_700_000_000_002, ExpiresAt = attached ? 1_700_000_000_003 : null, EditCount = keyCount,
                Body = MessageBody.Of(sent, () => me), Keys = sent.RecipientKeys!.Blob.ToArray(),
            };

            var expected = new Message(
                me, me, 7, me, me, attached ? me : null, ciphertext, nonce, "aes-256-gcm", type, null, attached ? me : null, keyCount > 0, keyCount, false,
                DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_001), DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_002),
                attached ? DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_003) : null, keys, files, [], null, []);
            var output = new ArrayBufferWriter<byte>();
            MessageJson.Write(output, entry, MessageParts.None, Viewer.User(me));

            Assert.True(JsonNode.DeepEquals(
                JsonNode.Parse(output.WrittenSpan), JsonSerializer.SerializeToNode(expected, Wire.Json.GetTypeInfo(typeof(Message)))));
        });

    [Fact, Rule("M20")]
    public void A_device_finds_only_its_own_key_in_a_frame()
    {
        var mine = Guid.CreateVersion7();
        var keys = new[] { mine, Guid.CreateVersion7() }.Select(device => new WrappedKey(Guid.CreateVersion7(), device, "secret-" + device, "a", "n"));
        var entry = new Entry { Id = mine, Body = MessageBody.Tombstone, Keys = PackedKeys.From(keys).Blob.ToArray() };

        var output = new ArrayBufferWriter<byte>();
        MessageFrames.Message(isNew: true, entry, 1, MessageParts.None, default).WriteTo(output, mine);

        var key = Assert.Single(JsonNode.Parse(output.WrittenSpan)!["data"]!["message"]!["encrypted_keys"]!.AsArray());
        Assert.Equal("secret-" + mine, key!["encrypted_key"]!.GetValue<string>());
    }

    [Fact]
    public void Packed_keys_survive_the_wire_and_being_joined() =>
        Gen.Select(Text, Text).Array[0, 8].Sample(texts =>
        {
            var keys = texts.Select(pair => new WrappedKey(Guid.CreateVersion7(), Guid.CreateVersion7(), pair.Item1, "x", pair.Item2)).ToArray();
            var json = JsonSerializer.SerializeToUtf8Bytes(keys, Wire.Json.GetTypeInfo(typeof(IReadOnlyList<WrappedKey>)));
            var packed = JsonSerializer.Deserialize(json, Wire.Default.PackedKeys)!;
            Assert.Equal(keys, Unpack(packed));
            Assert.Equal(keys, Unpack(PackedKeys.From(keys.Take(3)).With(PackedKeys.From(keys.Skip(3)))));
            Assert.Equal(keys, Unpack(packed.With(PackedKeys.Empty)));
        });

    private static IReadOnlyList<WrappedKey> Unpack(PackedKeys packed) =>
        JsonSerializer.Deserialize<IReadOnlyList<WrappedKey>>(JsonSerializer.Serialize(packed, Wire.Json.GetTypeInfo(typeof(PackedKeys))), Wire.Json)!;
}
