using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using Sotto.Contracts;
using Sotto.Server.Conversations;
using Sotto.Server.Storage;

namespace Sotto.Server.Messages;

/// <summary>Writes JSON straight into bytes.</summary>
/// <remarks>PERF: a message is written once and shared by all its readers; the stored body is copied in as it is, which Utf8JsonWriter can't do.</remarks>
internal readonly struct JsonText(ArrayBufferWriter<byte> output)
{
    public ArrayBufferWriter<byte> Output => output;

    public JsonText Raw(ReadOnlySpan<byte> json)
    {
        output.Write(json);
        return this;
    }

    /// <summary>A member whose value is a quoted id.</summary>
    public JsonText Id(ReadOnlySpan<byte> nameWithColonAndQuote, Guid id)
    {
        output.Write(nameWithColonAndQuote);
        var span = output.GetSpan(40);
        Utf8Formatter.TryFormat(id, span, out var written);
        span[written] = (byte)'"';
        output.Advance(written + 1);
        return this;
    }

    public JsonText OptionalId(ReadOnlySpan<byte> nameWithColonAndQuote, Guid? id) => id is { } value ? Id(nameWithColonAndQuote, value) : this;

    public JsonText Number(ReadOnlySpan<byte> nameWithColon, long value)
    {
        output.Write(nameWithColon);
        var span = output.GetSpan(20);
        Utf8Formatter.TryFormat(value, span, out var written);
        output.Advance(written);
        return this;
    }

    public JsonText Time(ReadOnlySpan<byte> nameWithColonAndQuote, long ms)
    {
        output.Write(nameWithColonAndQuote);
        var span = output.GetSpan(32);
        Times.FromMs(ms).UtcDateTime.TryFormat(span, out var written, UtcMilliseconds.Format, System.Globalization.CultureInfo.InvariantCulture);
        span[written] = (byte)'"';
        output.Advance(written + 1);
        return this;
    }

    public JsonText OptionalTime(ReadOnlySpan<byte> nameWithColonAndQuote, long? ms) => ms is { } value ? Time(nameWithColonAndQuote, value) : this;

    public JsonText Flag(ReadOnlySpan<byte> nameWithColon, bool value)
    {
        output.Write(nameWithColon);
        output.Write(value ? "true"u8 : "false"u8);
        return this;
    }

    /// <summary>The wrapped keys of the entries that <paramref name="may"/> picks, separated by commas.</summary>
    public JsonText Keys(PackedKeys keys, KeysFor may)
    {
        var any = false;
        for (var i = 0; i < keys.Count; i++)
        {
            if (!may.Includes(keys, i))
            {
                continue;
            }

            if (any)
            {
                output.Write(","u8);
            }

            keys.AppendTo(output, i);
            any = true;
        }

        return this;
    }
}

/// <summary>Who looks at a message: a user over REST, or one device over a socket.</summary>
internal readonly record struct Viewer(Guid UserId, Guid DeviceId)
{
    public static Viewer User(Guid userId) => new(userId, default);

    /// <summary>All keys of an own message; else those of the own devices; over a socket those of that one device only.</summary>
    public KeysFor KeysOf(Entry entry) =>
        DeviceId != default ? new KeysFor(false, default, DeviceId)
        : entry.SenderId == UserId ? new KeysFor(true, default, default)
        : new KeysFor(false, UserId, default);
}

/// <summary>Which wrapped keys of one entry are shown.</summary>
internal readonly record struct KeysFor(bool All, Guid UserId, Guid DeviceId)
{
    public bool Includes(PackedKeys keys, int index) =>
        All || (DeviceId != default ? keys.DeviceAt(index) == DeviceId : keys.UserAt(index) == UserId);
}
