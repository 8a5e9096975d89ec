using Xunit.v3;

namespace Sotto.Tests;

/// <summary>Names the rules of docs/spec that a test holds: <c>[Rule("M7")]</c>, <c>[Rule("M7", "W3")]</c>.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
internal sealed class RuleAttribute(params string[] ids) : Attribute, ITraitAttribute
{
    public IReadOnlyList<string> Ids => ids;

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() =>
        [.. ids.Select(id => KeyValuePair.Create("Rule", id))];
}
