using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Stage;

/// <summary>The first administrator of each server, made with its set-up link when a test first asks for it.</summary>
public static partial class Administrator
{
    private static readonly ConditionalWeakTable<TestServer, Lazy<Task<Rest>>> Made = [];

    /// <summary>Speaks as the administrator of this server.</summary>
    public static Task<Rest> OfAsync(TestServer server) => Made.GetValue(server, one => new Lazy<Task<Rest>>(() => MakeAsync(one))).Value;

    /// <summary>Gives a person a role on their server.</summary>
    public static async Task MakesAsync(Person person, ServerRole role) =>
        await (await OfAsync(person.Phone.Server)).PatchAsync($"~/admin/api/users/{person.Id}", new { Role = role }).IsAsync(200);

    private static async Task<Rest> MakeAsync(TestServer server)
    {
        await server.PrintsAsync("/admin/setup#code=");
        var code = Code().Match(server.Log).Groups["code"].Value;
        var session = await new Rest(server)
            .PostAsync("/auth/register", new Registration("administrator", "correct horse admin", SetupCode: code)).AsAsync<SignedIn>(201);
        return new Rest(server) { AccessToken = session.AccessToken };
    }

    [GeneratedRegex(@"/admin/setup#code=(?<code>\S+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Code();
}
