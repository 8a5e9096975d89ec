using System.Runtime.InteropServices;

namespace Sotto.Server.Cluster;

/// <summary>One node's users. Keeps a hash that doesn't depend on the order in which they came. Pure; the caller locks.</summary>
internal sealed class BoardPart
{
    private readonly Dictionary<Guid, int> _sockets = [];

    /// <summary>The number of the last batch in it.</summary>
    public long Number { get; set; }

    public int Count => _sockets.Count;

    public ulong Hash { get; private set; }

    public static BoardPart Of(BoardList list)
    {
        var part = new BoardPart { Number = list.Number };
        foreach (var user in list.Users)
        {
            part.Set(user);
        }

        return part;
    }

    public int SocketsOf(Guid userId) => _sockets.GetValueOrDefault(userId);

    /// <returns>False when it was so already.</returns>
    public bool Set(UserSockets user)
    {
        var before = SocketsOf(user.UserId);
        if (before == user.Sockets)
        {
            return false;
        }

        if (user.Sockets > 0)
        {
            _sockets[user.UserId] = user.Sockets;
        }
        else
        {
            _sockets.Remove(user.UserId);
        }

        unchecked
        {
            Hash += HashOf(user) - HashOf(user with { Sockets = before });
        }

        return true;
    }

    public UserSockets[] ToArray() => [.. _sockets.Select(static pair => new UserSockets(pair.Key, pair.Value))];

    /// <summary>The same on every node, whatever its version; nothing for a user without sockets.</summary>
    private static ulong HashOf(UserSockets user)
    {
        if (user.Sockets == 0)
        {
            return 0;
        }

        Span<byte> id = stackalloc byte[16];
        user.UserId.TryWriteBytes(id, bigEndian: true, out _);
        var halves = MemoryMarshal.Cast<byte, ulong>(id);
        unchecked
        {
            return Mix(Mix(Mix(halves[0]) ^ halves[1]) + (ulong)user.Sockets);
        }
    }

    /// <summary>The finishing step of SplitMix64: each bit of the input changes about half of the output's.</summary>
    private static ulong Mix(ulong value)
    {
        unchecked
        {
            value += 0x9E3779B97F4A7C15;
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }
    }
}
