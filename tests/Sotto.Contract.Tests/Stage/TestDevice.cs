using System.Security.Cryptography;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Stage;

/// <summary>One device of a person: its session, its REST calls and its sockets.</summary>
public sealed class TestDevice : Rest
{
    private readonly Play _play;
    private Socket? _socket;

    internal TestDevice(Play play, Person owner, TestServer server, SignedIn session)
        : base(server)
    {
        (_play, Owner, Session) = (play, owner, session);
        AccessToken = session.AccessToken;
    }

    public Person Owner { get; }

    /// <summary>What registering or logging in answered.</summary>
    public SignedIn Session { get; private set; }

    public Guid Id => Session.Device.Id;

    /// <summary>The latest socket.</summary>
    public Socket Socket => _socket ?? throw new InvalidOperationException("Connect the device first.");

    /// <summary>Where the device's socket is.</summary>
    public string SocketPath => $"/api/v1/chat/ws/{Id}";

    /// <summary>Opens a socket with <c>?token=</c> and waits until it is authenticated.</summary>
    public async Task<Socket> ConnectsAsync()
    {
        var socket = await OpensAsync($"{SocketPath}?token={AccessToken}");
        await socket.ReceivesAsync("auth_ok");
        return socket;
    }

    /// <summary>Opens a socket at any path, with nothing awaited.</summary>
    public async Task<Socket> OpensAsync(string path, bool reads = true, params IEnumerable<(string Name, string Value)> headers)
    {
        _socket = _play.Owns(await Socket.OpenAsync(Server, path, reads, headers));
        return _socket;
    }

    public Task SendAsync(object frame) => Socket.SendAsync(frame);

    public Task<Frame> AsksAsync(object frame) => Socket.AsksAsync(frame);

    public Task<Frame> ReceivesAsync(string type, object? part = null) => Socket.ReceivesAsync(type, part);

    public Task<Frame> ReceivesAsync(string type, Func<Frame, bool> where) => Socket.ReceivesAsync(type, where);

    public Task ReceivesNothingUntilAsync(Func<Frame, bool> marker) => Socket.ReceivesNothingUntilAsync(marker);

    /// <summary>Takes a new pair of tokens.</summary>
    public async Task RefreshesAsync()
    {
        Session = await PostAsync("/auth/refresh", new RefreshRequest(Session.RefreshToken)).AsAsync<SignedIn>();
        AccessToken = Session.AccessToken;
    }

    /// <summary>Publishes keys, random ones: the server can't tell them from real ones. From then on messages must be wrapped for this device.</summary>
    public async Task PublishesKeysAsync(int oneTimePrekeys = 5)
    {
        var keys = new DeviceKeys(
            RandomKey(), RandomKey(), new SignedPrekey(1, RandomKey(), RandomKey(64), DateTimeOffset.UtcNow.AddDays(7)),
            [.. Enumerable.Range(1, oneTimePrekeys).Select(i => new OneTimePrekey((uint)i, RandomKey()))]);
        var answer = await PutAsync($"/devices/{Id}/keys", keys);
        Assert.True(answer.Status is 200 or 204, $"{answer.Request} answered {answer.Status}: {answer.Body}");
    }

    /// <summary>Wrapped keys for every device of the conversation that has published keys, as an end-to-end client makes them.</summary>
    public async Task<IReadOnlyList<WrappedKey>> WrapsForAsync(Guid conversationId)
    {
        var list = await GetAsync($"/conversations/{conversationId}/devices").AsAsync<ConversationDevices>();
        return [.. list.Devices.Where(d => d.DeviceId != Id && d.IdentityKey is not null).Select(d => Wrap(d.UserId, d.DeviceId))];
    }

    /// <summary>One wrapped key, sealed by nobody.</summary>
    public static WrappedKey Wrap(Guid userId, Guid deviceId) => new(userId, deviceId, RandomKey(48), "x25519-aead", RandomKey(12));

    internal static string RandomHex(int bytes) => RandomNumberGenerator.GetHexString(bytes * 2, lowercase: true);

    internal static string RandomKey(int bytes = 32) => Convert.ToBase64String(RandomNumberGenerator.GetBytes(bytes));
}
