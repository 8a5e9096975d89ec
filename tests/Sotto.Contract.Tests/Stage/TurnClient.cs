using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Sotto.Contract.Tests.Stage;

/// <summary>As much of a TURN client (RFC 8656) as it takes to ask a relay for what it must refuse. Answers are STUN error codes; 0 is success.</summary>
public sealed class TurnClient : IDisposable
{
    private const int Allocate = 0x003, Refresh = 0x004, CreatePermission = 0x008, ChannelBind = 0x009;
    private const int Username = 0x0006, Integrity = 0x0008, ErrorCode = 0x0009, Channel = 0x000C, Lifetime = 0x000D, PeerAddress = 0x0012, Realm = 0x0014, Nonce = 0x0015, Transport = 0x0019;
    private const uint Cookie = 0x2112A442;

    private readonly UdpClient _socket = new(AddressFamily.InterNetwork);
    private readonly string _name;
    private readonly string _password;
    private string _realm = "";
    private byte[] _nonce = [];
    private byte _channel;

    public TurnClient(IPEndPoint relay, string name = "", string password = "")
    {
        (_name, _password) = (name, password);
        _socket.Connect(relay);
    }

    /// <summary>Waits until something answers there.</summary>
    public async Task IsThereAsync()
    {
        var deadline = DateTime.UtcNow + Patience.Limit;
        while (true)
        {
            try
            {
                await AskAsync(Allocate, TransportUdp());
                return;
            }
            catch (Exception fault) when (fault is SocketException or TimeoutException && DateTime.UtcNow < deadline)
            {
                await Task.Delay(50);
            }
        }
    }

    /// <summary>Makes an allocation: first without credentials, which tells the realm and a nonce, then with them.</summary>
    public async Task<int> AllocateAsync()
    {
        var first = await AskAsync(Allocate, TransportUdp());
        return first == 401 ? await AskAsync(Allocate, TransportUdp()) : first;
    }

    public Task<int> RefreshAsync() => AskAsync(Refresh, (Lifetime, [0, 0, 2, 88]));

    /// <summary>Asks to exchange packets with a peer, in both ways there are; gives the answers if they differ from each other, else the one.</summary>
    public async Task<int> ReachesAsync(string peer)
    {
        var address = IPAddress.Parse(peer);
        var permission = await AskAsync(CreatePermission, (PeerAddress, Xored(address)));
        var channel = await AskAsync(ChannelBind, (Channel, [0x40, _channel++, 0, 0]), (PeerAddress, Xored(address)));
        return permission == channel ? permission : (permission * 1000) + channel;
    }

    public void Dispose() => _socket.Dispose();

    private static (int, byte[]) TransportUdp() => (Transport, [17, 0, 0, 0]);

    private byte[] _transaction = [];

    private byte[] Xored(IPAddress address)
    {
        // The transaction is known before the request is written, since IPv6 addresses are mixed with it.
        _transaction = RandomNumberGenerator.GetBytes(12);
        var bytes = address.GetAddressBytes();
        Span<byte> mask = [0x21, 0x12, 0xA4, 0x42, .. _transaction];
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= mask[i];
        }

        const int Port = 5000 ^ (int)(Cookie >> 16);
        return [0, (byte)(bytes.Length == 4 ? 1 : 2), Port >> 8, Port & 0xFF, .. bytes];
    }

    private async Task<int> AskAsync(int method, params (int Type, byte[] Value)[] attributes)
    {
        var transaction = _transaction is { Length: 12 } known ? known : RandomNumberGenerator.GetBytes(12);
        _transaction = [];
        var request = Request(method, transaction, attributes);
        for (var attempt = 0; attempt < 5; attempt++)
        {
            await _socket.SendAsync(request);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            try
            {
                while (true)
                {
                    var answer = (await _socket.ReceiveAsync(patience.Token)).Buffer;
                    if (answer.AsSpan(8, 12).SequenceEqual(transaction))
                    {
                        return Read(answer);
                    }
                }
            }
            catch (OperationCanceledException)
            {
                // Lost on the way; UDP may.
            }
        }

        throw new TimeoutException("The relay doesn't answer.");
    }

    private byte[] Request(int method, byte[] transaction, (int Type, byte[] Value)[] attributes)
    {
        var body = new List<byte>();
        foreach (var (type, value) in attributes)
        {
            Add(body, type, value);
        }

        if (_realm.Length > 0)
        {
            Add(body, Username, Encoding.UTF8.GetBytes(_name));
            Add(body, Realm, Encoding.UTF8.GetBytes(_realm));
            Add(body, Nonce, _nonce);
#pragma warning disable CA5350, CA5351 // The protocol's own algorithms.
            var key = MD5.HashData(Encoding.UTF8.GetBytes($"{_name}:{_realm}:{_password}"));
            Add(body, Integrity, HMACSHA1.HashData(key, (byte[])[.. Header(method, body.Count + 24, transaction), .. body]));
#pragma warning restore CA5350, CA5351
        }

        return [.. Header(method, body.Count, transaction), .. body];
    }

    private static byte[] Header(int method, int length, byte[] transaction) =>
        [(byte)(method >> 8), (byte)method, (byte)(length >> 8), (byte)length, 0x21, 0x12, 0xA4, 0x42, .. transaction];

    private static void Add(List<byte> body, int type, byte[] value)
    {
        body.AddRange([(byte)(type >> 8), (byte)type, (byte)(value.Length >> 8), (byte)value.Length, .. value]);
        body.AddRange(new byte[(4 - (value.Length % 4)) % 4]);
    }

    private int Read(byte[] answer)
    {
        var isSuccess = (BinaryPrimitives.ReadUInt16BigEndian(answer) & 0x0110) == 0x0100;
        var code = isSuccess ? 0 : -1;
        for (var at = 20; at + 4 <= answer.Length;)
        {
            int type = BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(at)), length = BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(at + 2));
            var value = answer.AsSpan(at + 4, length);
            switch (type)
            {
                case ErrorCode:
                    code = (value[2] * 100) + value[3];
                    break;
                case Realm:
                    _realm = Encoding.UTF8.GetString(value);
                    break;
                case Nonce:
                    _nonce = value.ToArray();
                    break;
                default:
                    break;
            }

            at += 4 + length + ((4 - (length % 4)) % 4);
        }

        return code;
    }
}
