using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sotto.Contracts;

/// <summary>
/// The wrapped keys of one message, packed: an index by device and the rest of each entry in wire form, so that a device's slice is cut
/// without making objects. On the wire it is an array of <see cref="WrappedKey"/>. In the database it is <see cref="Blob"/>.
/// </summary>
/// <remarks>Layout, integers big-endian: count (4); per entry user id (16), device id (16), offset (4), length (4); then the fragments.</remarks>
[JsonConverter(typeof(PackedKeysConverter))]
public sealed class PackedKeys(ReadOnlyMemory<byte> blob)
{
    internal const int EntrySize = 40;

    public static PackedKeys Empty { get; } = new(new byte[4]);

    public ReadOnlyMemory<byte> Blob { get; } = blob;

    public int Count => Blob.Length < 4 ? 0 : BinaryPrimitives.ReadInt32BigEndian(Blob.Span);

    public Guid UserAt(int index) => new(Entry(index)[..16], bigEndian: true);

    public Guid DeviceAt(int index) => new(Entry(index).Slice(16, 16), bigEndian: true);

    /// <summary>Writes entry <paramref name="index"/> as a <see cref="WrappedKey"/> object.</summary>
    public void WriteTo(Utf8JsonWriter json, int index)
    {
        json.WriteStartObject();
        json.WriteString("recipient_user_id"u8, UserAt(index));
        json.WriteString("recipient_device_id"u8, DeviceAt(index));
        var fragment = new Utf8JsonReader(Fragment(index));
        fragment.Read();
        while (fragment.Read() && fragment.TokenType == JsonTokenType.PropertyName)
        {
            json.WritePropertyName(fragment.ValueSpan);
            fragment.Read();
            json.WriteRawValue(Quoted(Fragment(index), fragment), skipInputValidation: true);
        }

        json.WriteEndObject();
    }

    /// <summary>Appends entry <paramref name="index"/> as JSON text; the fast way of <see cref="WriteTo"/>.</summary>
    public void AppendTo(IBufferWriter<byte> output, int index)
    {
        var fragment = Fragment(index);
        var span = output.GetSpan(64 + 64 + fragment.Length);
        var at = Copy(span, 0, "{\"recipient_user_id\":\""u8);
        UserAt(index).TryFormat(span[at..], out var written);
        at = Copy(span, at + written, "\",\"recipient_device_id\":\""u8);
        DeviceAt(index).TryFormat(span[at..], out written);
        at = Copy(span, at + written, "\","u8);
        at = Copy(span, at, fragment[1..]);
        output.Advance(at);
    }

    /// <summary>All entries of both; where both have a device, <paramref name="added"/> wins.</summary>
    public PackedKeys With(PackedKeys added)
    {
        var replaced = new HashSet<Guid>();
        for (var i = 0; i < added.Count; i++)
        {
            replaced.Add(added.DeviceAt(i));
        }

        var packer = new Packer();
        for (var i = 0; i < Count; i++)
        {
            if (!replaced.Contains(DeviceAt(i)))
            {
                packer.Add(UserAt(i), DeviceAt(i), Fragment(i));
            }
        }

        for (var i = 0; i < added.Count; i++)
        {
            packer.Add(added.UserAt(i), added.DeviceAt(i), added.Fragment(i));
        }

        return packer.Pack();
    }

    /// <summary>Packs entries that are objects already; for clients and tests.</summary>
    public static PackedKeys From(IEnumerable<WrappedKey> keys)
    {
        var packer = new Packer();
        var fragment = new ArrayBufferWriter<byte>();
        foreach (var key in keys)
        {
            fragment.ResetWrittenCount();
            using (var json = new Utf8JsonWriter(fragment))
            {
                json.WriteStartObject();
                json.WriteString("encrypted_key"u8, key.EncryptedKey);
                json.WriteString("key_algo"u8, key.KeyAlgo);
                json.WriteString("nonce"u8, key.Nonce);
                json.WriteEndObject();
            }

            packer.Add(key.RecipientUserId ?? Guid.Empty, key.RecipientDeviceId ?? Guid.Empty, fragment.WrittenSpan);
        }

        return packer.Pack();
    }

    internal ReadOnlySpan<byte> Fragment(int index)
    {
        var entry = Entry(index);
        var start = 4 + (Count * EntrySize) + BinaryPrimitives.ReadInt32BigEndian(entry[32..]);
        return Blob.Span.Slice(start, BinaryPrimitives.ReadInt32BigEndian(entry[36..]));
    }

    private static ReadOnlySpan<byte> Quoted(ReadOnlySpan<byte> fragment, in Utf8JsonReader at) =>
        fragment.Slice((int)at.TokenStartIndex, (int)(at.BytesConsumed - at.TokenStartIndex));

    private static int Copy(Span<byte> span, int at, ReadOnlySpan<byte> what)
    {
        what.CopyTo(span[at..]);
        return at + what.Length;
    }

    private ReadOnlySpan<byte> Entry(int index) => Blob.Span.Slice(4 + (index * EntrySize), EntrySize);

    /// <summary>Collects entries; the fragments are JSON objects with the three texts of a wrapped key.</summary>
    internal sealed class Packer
    {
        private readonly ArrayBufferWriter<byte> _index = new(EntrySize * 4);
        private readonly ArrayBufferWriter<byte> _fragments = new(512);

        public int Count { get; private set; }

        public void Add(Guid user, Guid device, ReadOnlySpan<byte> fragment)
        {
            var entry = _index.GetSpan(EntrySize);
            user.TryWriteBytes(entry, bigEndian: true, out _);
            device.TryWriteBytes(entry[16..], bigEndian: true, out _);
            BinaryPrimitives.WriteInt32BigEndian(entry[32..], _fragments.WrittenCount);
            BinaryPrimitives.WriteInt32BigEndian(entry[36..], fragment.Length);
            _index.Advance(EntrySize);
            _fragments.Write(fragment);
            Count++;
        }

        public PackedKeys Pack()
        {
            var blob = new byte[4 + _index.WrittenCount + _fragments.WrittenCount];
            BinaryPrimitives.WriteInt32BigEndian(blob, Count);
            _index.WrittenSpan.CopyTo(blob.AsSpan(4));
            _fragments.WrittenSpan.CopyTo(blob.AsSpan(4 + _index.WrittenCount));
            return new PackedKeys(blob);
        }
    }
}
