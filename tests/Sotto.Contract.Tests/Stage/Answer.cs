using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Stage;

/// <summary>What came back for a REST request.</summary>
public sealed record Answer(string Request, int Status, byte[] Bytes, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders)
{
    public string Body => Encoding.UTF8.GetString(Bytes);

    public JsonElement Json => Stage.Json.Element(Body);

    public string? Header(string name) =>
        Headers.TryGetValues(name, out var values) || ContentHeaders.TryGetValues(name, out values) ? string.Join(", ", values) : null;

    public Answer MustBe(int status)
    {
        Assert.True(Status == status, $"{Request} must answer {status}, but answered {Status}: {Body}");
        return this;
    }

    /// <summary>The refusal's status, code and form; gives <c>extra_info</c>.</summary>
    public JsonElement MustBeRefused(ErrorCode error)
    {
        MustBe(error.Status);
        if (Request.StartsWith("HEAD ", StringComparison.Ordinal))
        {
            // It has no body; its status is all there is.
            return default;
        }

        var json = Json;
        Assert.True(json.Text("error_code") == error.Code, $"{Request} must be refused as {error.Code}, but: {Body}");
        Assert.Equal(JsonValueKind.String, json.GetProperty("detail").ValueKind);
        Assert.Equal(JsonValueKind.Object, json.GetProperty("extra_info").ValueKind);
        return json.GetProperty("extra_info");
    }
}

/// <summary>Asserts on answers still on their way: <c>await alice.GetAsync("/users/me").AsAsync&lt;User&gt;()</c>.</summary>
public static class AnswerExtensions
{
    public static async Task<Answer> IsAsync(this Task<Answer> answer, int status) => (await answer).MustBe(status);

    public static async Task<T> AsAsync<T>(this Task<Answer> answer, int status = 200) => (await answer).MustBe(status).Json.As<T>();

    public static async Task<JsonElement> JsonAsync(this Task<Answer> answer, int status = 200) => (await answer).MustBe(status).Json;

    public static async Task<JsonElement> IsRefusedAsync(this Task<Answer> answer, ErrorCode error) => (await answer).MustBeRefused(error);
}
