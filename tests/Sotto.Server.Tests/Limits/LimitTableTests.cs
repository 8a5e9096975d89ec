using System.Reflection;
using Sotto.Server.Limits;

namespace Sotto.Server.Tests.Limits;

public sealed class LimitTableTests
{
    private static IReadOnlyList<PropertyInfo> Settings { get; } = typeof(RateLimitOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance);

    [Fact, Rule("L16")]
    public void Every_limit_is_a_setting_and_every_setting_a_limit()
    {
        var used = Limit.All.Select(limit => (limit.Name, Setting: Settings.SingleOrDefault(setting => Decides(setting, limit))?.Name)).ToList();
        Assert.DoesNotContain(used, one => one.Setting is null);
        Assert.Equal(Settings.Select(setting => setting.Name).Order(), used.Select(one => one.Setting!).Distinct().Order());
        Assert.Equal(Limit.All.Count, typeof(Limit).GetFields(BindingFlags.Public | BindingFlags.Static).Count(field => field.FieldType == typeof(Limit)));
    }

    [Fact, Rule("L10", "L12", "L13", "L16")]
    public void The_contracts_limits_are_the_defaults()
    {
        var defaults = new RateLimitOptions();
        Assert.Equal((60, TimeSpan.FromMinutes(1), true), (Limit.Messages.Size(defaults), Limit.Messages.Window, Limit.Messages.IsExact));
        Assert.Equal((10, TimeSpan.FromHours(1), true), (Limit.Calls.Size(defaults), Limit.Calls.Window, Limit.Calls.IsExact));
        Assert.Equal(5, Limit.Sockets.Size(defaults));
        Assert.All([Limit.Receipts, Limit.Typing, Limit.Signalling], limit => Assert.True(limit.Size(defaults) > 60));
    }

    private static bool Decides(PropertyInfo setting, Limit limit)
    {
        var options = new RateLimitOptions();
        var before = limit.Size(options);
        setting.SetValue(options, before + 1);
        return limit.Size(options) == before + 1;
    }
}
