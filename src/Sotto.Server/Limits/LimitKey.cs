using System.Net;
using System.Net.Sockets;

namespace Sotto.Server.Limits;

/// <summary>Whom a limit counts: a user, a pair of devices, a name or an address.</summary>
internal readonly record struct LimitKey(Guid First, Guid Second, string? Text)
{
    public static implicit operator LimitKey(Guid id) => new(id, Guid.Empty, null);

    public static implicit operator LimitKey(string text) => new(Guid.Empty, Guid.Empty, text);

    public static implicit operator LimitKey((Guid Asker, Guid Asked) pair) => new(pair.Asker, pair.Asked, null);

    /// <summary>An address. Whoever has an IPv6 address has 2⁶⁴ of them, so the network counts.</summary>
    public static LimitKey From(IPAddress? address)
    {
        if (address is null)
        {
            return "unknown";
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6 || address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4().ToString();
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes).ToString();
    }
}
