using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using Sotto.Server.Storage;
using IPNetwork = System.Net.IPNetwork;

namespace Sotto.Server.Http;

/// <summary>Takes the client's address from the headers of configured proxies, and of nobody else.</summary>
internal static class Proxies
{
    public static void UseTrustedProxies(this WebApplication app)
    {
        var trusted = app.Services.GetRequiredService<IOptions<HttpOptions>>().Value.TrustedProxies;
        if (MustRead(trusted) is { Count: > 0 } networks)
        {
            var options = new ForwardedHeadersOptions
            {
                ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost,

                // As many proxies in a row as there are; the first that isn't trusted is the client.
                ForwardLimit = null,
            };
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            foreach (var network in networks)
            {
                options.KnownIPNetworks.Add(network);
            }

            app.UseForwardedHeaders(options);
        }
    }

    private static IReadOnlyList<IPNetwork> MustRead(string text)
    {
        try
        {
            return Read(text);
        }
        catch (FormatException fault)
        {
            throw new CannotStartException($"the setting {HttpOptions.Section}:{nameof(HttpOptions.TrustedProxies)} is wrong: {fault.Message}", fault);
        }
    }

    /// <exception cref="FormatException">When an entry is neither an address nor a network.</exception>
    public static IReadOnlyList<IPNetwork> Read(string text) =>
        [.. text.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries).Select(ReadOne)];

    private static IPNetwork ReadOne(string entry)
    {
        if (entry.Contains('/', StringComparison.Ordinal))
        {
            return IPNetwork.Parse(entry);
        }

        var address = IPAddress.Parse(entry);
        return new IPNetwork(address, address.GetAddressBytes().Length * 8);
    }
}
