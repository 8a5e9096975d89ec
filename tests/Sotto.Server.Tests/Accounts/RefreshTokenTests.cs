using CsCheck;
using Sotto.Server.Accounts;

namespace Sotto.Server.Tests.Accounts;

public sealed class RefreshTokenTests
{
    [Fact]
    public void A_token_is_read_as_it_was_made()
    {
        var (session, key) = (Guid.NewGuid(), RefreshToken.NewKey());
        var made = RefreshToken.Make(session, key);
        var read = RefreshToken.Parse(made.Text);
        Assert.NotNull(read);
        Assert.Equal(session, read.SessionId);
        Assert.Equal(made.Hash, read.Hash);
        Assert.True(read.IsGenuine(key));
        Assert.False(read.IsGenuine(RefreshToken.NewKey()));
    }

    [Fact]
    public void Two_tokens_of_a_session_differ_and_both_are_genuine()
    {
        var (session, key) = (Guid.NewGuid(), RefreshToken.NewKey());
        var (one, other) = (RefreshToken.Make(session, key), RefreshToken.Make(session, key));
        Assert.NotEqual(one.Text, other.Text);
        Assert.True(RefreshToken.Parse(one.Text)!.IsGenuine(key) && RefreshToken.Parse(other.Text)!.IsGenuine(key));
    }

    [Fact]
    public void A_changed_character_makes_it_another_token_or_none()
    {
        var key = RefreshToken.NewKey();
        var text = RefreshToken.Make(Guid.NewGuid(), key).Text;
        Gen.Select(Gen.Int[0, text.Length - 2], Gen.Char['A', 'Z']).Sample((at, letter) =>
        {
            if (text[at] == letter)
            {
                return true;
            }

            var changed = RefreshToken.Parse(text[..at] + letter + text[(at + 1)..]);
            return changed is null || !changed.IsGenuine(key) || changed.SessionId != RefreshToken.Parse(text)!.SessionId;
        });
    }

    [Fact]
    public void Any_other_text_is_none() => Gen.String.Sample(text => RefreshToken.Parse(text) is null);
}
