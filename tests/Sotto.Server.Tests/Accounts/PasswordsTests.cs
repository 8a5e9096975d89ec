using Microsoft.Extensions.Options;
using Sotto.Server.Accounts;

namespace Sotto.Server.Tests.Accounts;

public sealed class PasswordsTests
{
    [Fact, Rule("A5")]
    public async Task A_password_is_known_by_its_salted_hash_only()
    {
        using var passwords = Make(1000);
        var (one, other) = (await passwords.HashAsync("correct horse", default), await passwords.HashAsync("correct horse", default));
        Assert.NotEqual(one, other);
        Assert.DoesNotContain("horse", one, StringComparison.Ordinal);
        Assert.Equal(PasswordAnswer.Right, await passwords.CheckAsync(one, "correct horse", default));
        Assert.Equal(PasswordAnswer.Wrong, await passwords.CheckAsync(one, "correct horsf", default));
        Assert.Equal(PasswordAnswer.Wrong, await passwords.CheckAsync(null, "correct horse", default));
    }

    [Fact]
    public async Task A_hash_of_fewer_rounds_is_noticed()
    {
        using var before = Make(1000);
        using var now = Make(2000);
        Assert.Equal(PasswordAnswer.RightButOld, await now.CheckAsync(await before.HashAsync("correct horse", default), "correct horse", default));
    }

    private static Passwords Make(int iterations) => new(Options.Create(new AccountOptions { PasswordIterations = iterations, PasswordsAtOnce = 1 }));
}
