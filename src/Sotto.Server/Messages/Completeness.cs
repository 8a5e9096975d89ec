using System.Text.Json.Nodes;
using Sotto.Contracts;
using Sotto.Server.Conversations;

namespace Sotto.Server.Messages;

/// <summary>Whether the wrapped keys of a message fit the devices of its readers. Pure.</summary>
internal static class Completeness
{
    /// <summary>
    /// A device that has published keys must address every active device with keys of every member except itself, and none else. A plain device may
    /// address any device, but members only.
    /// </summary>
    /// <param name="about">The message that is changed or reacted to: whoever joined later doesn't see it, and needs no key. Null for a new one.</param>
    /// <exception cref="RefusedException">DEVICE_LIST_MISMATCH with <c>missing</c> and <c>stale</c>; VALIDATION_ERROR for a plain device.</exception>
    public static void Check(Roster roster, Guid senderId, Guid senderDeviceId, PackedKeys keys, Entry? about = null)
    {
        if (HasKeys(roster, senderId, senderDeviceId))
        {
            MustFit(roster, senderDeviceId, keys, about?.Seq ?? long.MaxValue);
        }
        else
        {
            MustBeMembers(roster, keys);
        }
    }

    /// <summary>
    /// Members who have devices of which none is addressed: they can't read the message. Of a sealed one these are members none of whose devices has
    /// keys; from a plain device, which may leave out whom it likes, members all of whose devices have them.
    /// </summary>
    public static List<Guid> Unaddressed(Roster roster, Guid senderId, Guid senderDeviceId, PackedKeys keys)
    {
        var unaddressed = new List<Guid>();
        var isSealed = HasKeys(roster, senderId, senderDeviceId);
        foreach (var member in roster.Members.Values)
        {
            if (member.UserId != senderId && member.Devices.Count > 0 && member.Devices.All(device => device.HasKeys != isSealed) && !Addresses(keys, member))
            {
                unaddressed.Add(member.UserId);
            }
        }

        return unaddressed;
    }

    private static bool HasKeys(Roster roster, Guid senderId, Guid senderDeviceId)
    {
        if (roster.Members.TryGetValue(senderId, out var sender))
        {
            foreach (var device in sender.Devices)
            {
                if (device.DeviceId == senderDeviceId)
                {
                    return device.HasKeys;
                }
            }
        }

        return false;
    }

    private static bool Addresses(PackedKeys keys, RosterMember member)
    {
        for (var i = 0; i < keys.Count; i++)
        {
            if (member.Devices.Any(device => device.DeviceId == keys.DeviceAt(i)))
            {
                return true;
            }
        }

        return false;
    }

    private static void MustFit(Roster roster, Guid senderDeviceId, PackedKeys keys, long aboutSeq)
    {
        var given = new Dictionary<Guid, Guid>(keys.Count);
        for (var i = 0; i < keys.Count; i++)
        {
            given.Add(keys.DeviceAt(i), keys.UserAt(i));
        }

        List<Guid>? missing = null;
        foreach (var member in roster.Members.Values)
        {
            foreach (var device in member.Devices)
            {
                if (!device.HasKeys || device.DeviceId == senderDeviceId)
                {
                    continue;
                }

                if (given.TryGetValue(device.DeviceId, out var owner) && owner == member.UserId)
                {
                    given.Remove(device.DeviceId);
                }
                else if (member.JoinedSeq <= aboutSeq)
                {
                    (missing ??= []).Add(device.DeviceId);
                }
            }
        }

        if (missing is not null || given.Count > 0)
        {
            throw Errors.DeviceListMismatch.With(
                "The wrapped keys don't fit the devices of the members. Fetch the devices of the conversation and wrap again.",
                new JsonObject
                {
                    ["missing"] = List(missing ?? []),
                    ["stale"] = List(given.Keys),
                    ["roster_version"] = roster.Version,
                });
        }
    }

    private static void MustBeMembers(Roster roster, PackedKeys keys)
    {
        for (var i = 0; i < keys.Count; i++)
        {
            if (!roster.Has(keys.UserAt(i)))
            {
                throw Errors.ValidationError.Because(
                    "A wrapped key is for somebody who is no member of the conversation.", ($"recipient_keys[{i}].recipient_user_id", "is no member"));
            }
        }
    }

    private static JsonArray List(IEnumerable<Guid> ids) => [.. ids.Select(id => JsonValue.Create(id))];
}
