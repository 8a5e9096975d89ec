using System.Reflection;
using Microsoft.Extensions.Options;
using Sotto.Contracts;
using Sotto.Server.Accounts;
using Sotto.Server.Http;
using Sotto.Server.Limits;
using Sotto.Server.Sockets;

namespace Sotto.Server.Devices;

/// <summary>Something this server can do, by the name that clients look for. Modules register theirs.</summary>
internal sealed record Feature(string Name);

/// <summary>What a client must know before it signs in: GET /capabilities.</summary>
internal sealed class TellCapabilities(
    IEnumerable<Feature> features, IOptions<RateLimitOptions> rates, IOptions<AuthOptions> auth, IOptions<AccountOptions> accounts)
{
    // Raised only by a change that older SDKs can't bear.
    private const string OldestSdk = "0.1.0";

    private static readonly string Version =
        typeof(TellCapabilities).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";

    public static void Map(Routes routes, CommandMap commands) =>
        routes.Get("/capabilities", "Tells version, limits, the features that are on, and the oldest SDK that still works.")
            .For(Access.Anyone)
            .Handle((TellCapabilities use, Call call) => Task.FromResult(use.Tell()));

    public Capabilities Tell() => new(
        Version,
        OldestSdk,
        [.. features.Select(feature => feature.Name).Order(StringComparer.Ordinal)],
        new CapabilityLimits(
            Sizes.RequestBody, Sizes.Frame, Sizes.Ciphertext, Sizes.RecipientKeys, Sizes.DevicesPerUser, Sizes.GroupMembers, Sizes.ChannelMembers,
            Sizes.BackupBytes, DeviceKeysCheck.MaxOneTimePrekeys, rates.Value.MessagesPerMinute, rates.Value.CallsPerHour, rates.Value.SocketsPerUser),
        accounts.Value.OpenRegistration,
        auth.Value.Authority is { Length: > 0 } authority ? authority : null);
}
