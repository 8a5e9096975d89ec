using Sotto.Contract.Tests.Attachments;
using Sotto.Contract.Tests.Stage;

namespace Sotto.Contract.Tests.Http;

/// <summary>Web pages of other origins.</summary>
public sealed class OriginTests(Servers servers) : Play(servers, Db.Sqlite)
{
    private const string App = "https://app.example.org";

    [Fact, Rule("H45")]
    public async Task Pages_of_named_origins_may_call_and_no_others()
    {
        var server = await OwnServerAsync(("Http:AllowedOrigins", $"{App} http://localhost:3000"));
        var alice = (await PersonAsync("alice", server)).Phone;
        var upload = await alice.BeginsUploadAsync(1);
        var asked = await PreflightAsync(server, App, upload.UploadUrl);
        Assert.Equal((App, "PATCH"), (asked.Header("Access-Control-Allow-Origin"), asked.Header("Access-Control-Allow-Methods")));
        Assert.Contains("upload-offset", asked.Header("Access-Control-Allow-Headers"), StringComparison.OrdinalIgnoreCase);
        Assert.Null((await PreflightAsync(server, "https://evil.example.org", upload.UploadUrl)).Header("Access-Control-Allow-Origin"));

        var answer = await alice.SendAsync(HttpMethod.Head, $"~{upload.UploadUrl}", null, ("Origin", App)).IsAsync(204);
        Assert.Equal(App, answer.Header("Access-Control-Allow-Origin"));
        Assert.Contains("Upload-Offset", answer.Header("Access-Control-Expose-Headers"), StringComparison.Ordinal);
        var refused = await new Rest(server).GetAsync("/users/me", ("Origin", App)).IsAsync(401);
        Assert.Equal(App, refused.Header("Access-Control-Allow-Origin"));
        Assert.Null(refused.Header("Access-Control-Allow-Credentials"));
    }

    [Fact, Rule("H45")]
    public async Task Without_the_setting_no_page_of_another_origin_may_call()
    {
        var answer = await Nobody.GetAsync("/capabilities", ("Origin", App)).IsAsync(200);
        Assert.Null(answer.Header("Access-Control-Allow-Origin"));
    }

    /// <summary>What a browser asks before it sends; no part of the API, so it goes by its own way.</summary>
    private static async Task<Answer> PreflightAsync(TestServer server, string origin, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, new Uri(server.Address, path));
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "PATCH");
        request.Headers.Add("Access-Control-Request-Headers", "authorization,upload-offset,content-type");
        using var response = await server.Http.SendAsync(request);
        return new Answer("preflight", (int)response.StatusCode, [], response.Headers, response.Content.Headers);
    }
}
