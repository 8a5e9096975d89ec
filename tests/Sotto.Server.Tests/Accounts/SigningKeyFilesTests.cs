using Sotto.Server.Accounts;

namespace Sotto.Server.Tests.Accounts;

public sealed class SigningKeyFilesTests
{
    [Fact]
    public async Task Keys_are_found_again_and_nobody_else_can_read_them()
    {
        var folder = Directory.CreateTempSubdirectory("sotto-keys-");
        try
        {
            var files = new SigningKeyFiles(folder.FullName);
            Assert.Empty(await files.LoadAsync(default));
            var made = SigningKey.Make(DateTimeOffset.FromUnixTimeMilliseconds(1_777_777_777_123));
            await files.KeepAsync(made, default);
            var path = Assert.Single(folder.GetFiles("*", SearchOption.AllDirectories)).FullName;
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            }

            var found = Assert.Single(await new SigningKeyFiles(folder.FullName).LoadAsync(default));
            Assert.Equal((made.Id, made.CreatedAt, made.Public), (found.Id, found.CreatedAt, found.Public));
            await files.ForgetAsync(found, default);
            Assert.Empty(await files.LoadAsync(default));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
