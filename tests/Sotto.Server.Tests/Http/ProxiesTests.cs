using System.Net;
using Sotto.Server.Http;

namespace Sotto.Server.Tests.Http;

public sealed class ProxiesTests
{
    [Fact]
    public void Addresses_and_networks_are_read()
    {
        var networks = Proxies.Read("10.0.0.0/8, 192.0.2.7 ::1");
        Assert.Equal(3, networks.Count);
        Assert.True(networks[0].Contains(IPAddress.Parse("10.1.2.3")));
        Assert.True(networks[1].Contains(IPAddress.Parse("192.0.2.7")) && !networks[1].Contains(IPAddress.Parse("192.0.2.8")));
        Assert.True(networks[2].Contains(IPAddress.IPv6Loopback));
        Assert.Empty(Proxies.Read(" "));
    }

    [Fact]
    public void Anything_else_stops_the_start() => Assert.Throws<FormatException>(() => Proxies.Read("proxy.local"));
}
