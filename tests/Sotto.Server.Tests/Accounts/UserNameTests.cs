using System.Text;
using CsCheck;
using Sotto.Server.Accounts;

namespace Sotto.Server.Tests.Accounts;

public sealed class UserNameTests
{
    [Theory, Rule("A2")]
    [InlineData("abc")]
    [InlineData("a.b_c-1")]
    [InlineData("abcdefghijklmnopqrstuvwxyz012345")]
    public void What_has_the_form_is_a_name(string name) => Assert.True(UserName.IsValid(name));

    [Theory, Rule("A2")]
    [InlineData("")]
    [InlineData("ab")]
    [InlineData("abcdefghijklmnopqrstuvwxyz0123456")]
    [InlineData("Abc")]
    [InlineData("a b")]
    [InlineData("äbc")]
    [InlineData("ab\n")]
    [InlineData("аbс")]
    public void What_has_not_the_form_is_none(string name) => Assert.False(UserName.IsValid(name));

    [Fact]
    public void A_name_lies_in_the_range_of_every_prefix_of_it_and_no_other_does() =>
        Gen.Select(Gen.String, Gen.String).Sample((typedName, typedPrefix) =>
        {
            var (name, prefix) = (UserName.SearchKey(typedName), UserName.SearchKey(typedPrefix));
            var begins = name.AsSpan().StartsWith(prefix);
            return begins == (name.AsSpan().SequenceCompareTo(prefix) >= 0 && name.AsSpan().SequenceCompareTo(UserName.AfterPrefix(prefix)) < 0);
        });

    [Theory, Rule("A30")]
    [InlineData("Alice.Smith@example.org", "alice.smith")]
    [InlineData("Jörg", "jrg")]
    [InlineData("ab", null)]
    [InlineData(null, null)]
    public void What_an_outside_issuer_calls_somebody_becomes_a_name_where_it_can(string? called, string? name) =>
        Assert.Equal(name, UserName.FromOutside(called));

    [Fact]
    public void A_name_made_from_outside_is_always_valid() =>
        Gen.String.Sample(called => UserName.FromOutside(called) is not { } name || (UserName.IsValid(name) && Encoding.ASCII.GetByteCount(name) == name.Length));
}
