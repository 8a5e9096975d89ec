using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Sotto.Contracts;

namespace Sotto.Server.Calls;

/// <summary>
/// The servers that a call's devices find each other by. Credentials for the relay are made by the convention of "A REST API for access to TURN
/// services" (draft-uberti-behave-turn-rest): a name that begins with its end, and its HMAC-SHA1 under the secret shared with the relay. The rest of
/// the name is a pseudonym for this person in this call, so that the relay learns nobody's name, and can count by it.
/// </summary>
internal sealed class IceServers(IOptions<CallsOptions> options, TimeProvider clock)
{
    private readonly string[] _stun = Urls(options.Value.StunUrls);
    private readonly string[] _turn = Urls(options.Value.TurnUrls);
    private readonly byte[] _secret = Encoding.UTF8.GetBytes(options.Value.TurnSecret);

    public CallRules Rules { get; } = options.Value.Rules;

    public IceServerList For(Guid callId, Guid userId)
    {
        var servers = new List<IceServer>();
        if (_stun.Length > 0)
        {
            servers.Add(new IceServer(_stun));
        }

        if (_turn.Length == 0)
        {
            return new IceServerList(servers);
        }

        // Whole seconds, as the name has it.
        var end = DateTimeOffset.FromUnixTimeSeconds((clock.GetUtcNow() + options.Value.TurnCredentialLife).ToUnixTimeSeconds());
        var name = $"{end.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}:{Pseudonym(callId, userId)}";
        servers.Add(new IceServer(_turn, name, Credential(name)));
        return new IceServerList(servers, end);
    }

    /// <summary>What the relay knows somebody as during one call.</summary>
    public string Pseudonym(Guid callId, Guid userId) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(_secret, Encoding.ASCII.GetBytes($"call {callId} user {userId}")).AsSpan(0, 16));

#pragma warning disable CA5350 // The convention's own algorithm, as HMAC, where SHA-1's collisions don't matter.
    private string Credential(string name) => Convert.ToBase64String(HMACSHA1.HashData(_secret, Encoding.UTF8.GetBytes(name)));
#pragma warning restore CA5350

    private static string[] Urls(string setting) => setting.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
