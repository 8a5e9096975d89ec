using System.Text;
using System.Text.Json;
using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Http;

/// <summary>How refusals look, whoever makes them: a use case, the reader of bodies, or the framework.</summary>
public abstract class ErrorFormTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("H30", "H31")]
    public async Task What_the_framework_refuses_has_the_one_form()
    {
        var alice = await PersonAsync("alice");
        await Nobody.GetAsync("/nothing/here").IsRefusedAsync(Errors.RouteNotFound);
        await Nobody.GetAsync("~/nothing").IsRefusedAsync(Errors.RouteNotFound);
        var wrongMethod = await alice.Phone.SendAsync(HttpMethod.Delete, "/conversations/", null);
        wrongMethod.MustBeRefused(Errors.MethodNotAllowed);
        Assert.Contains("GET", wrongMethod.Header("Allow"));
        await alice.PostAsync("/conversations/", new StringContent("<a/>", Encoding.UTF8, "application/xml")).IsRefusedAsync(Errors.UnsupportedMediaType);
    }

    [Fact, Rule("L1", "H31")]
    public async Task A_body_over_a_mebibyte_is_too_large()
    {
        var alice = await PersonAsync("alice");
        var body = $$"""{"title":"{{new string('x', 1024 * 1024)}}"}""";
        var extra = await alice.PostAsync("/conversations/", body).IsRefusedAsync(Errors.PayloadTooLarge);
        Assert.Contains("1048576", extra.Text("body"));

        using var streamed = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes(body)));
        streamed.Headers.ContentType = new("application/json");
        await alice.PostAsync("/conversations/", streamed, ("Transfer-Encoding", "chunked")).IsRefusedAsync(Errors.PayloadTooLarge);
    }

    [Theory, Rule("H32")]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("nonsense")]
    [InlineData("{\"type\":\"group\"} more")]
    [InlineData("{'type':'group'}")]
    [InlineData("{\"type\":\"group\",}")]
    public async Task A_body_that_is_no_JSON_is_malformed(string body) =>
        await (await PersonAsync("alice")).PostAsync("/conversations/", new StringContent(body, Encoding.UTF8, "application/json")).IsRefusedAsync(Errors.MalformedJson);

    [Fact, Rule("H32")]
    public async Task A_body_that_is_no_UTF8_is_malformed()
    {
        var content = new ByteArrayContent([.. "{\"title\":\""u8, 0xff, 0xfe, .. "\"}"u8]);
        content.Headers.ContentType = new("application/json");
        await (await PersonAsync("alice")).PostAsync("/conversations/", content).IsRefusedAsync(Errors.MalformedJson);
    }

    [Theory, Rule("H33")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("\"text\"")]
    public async Task JSON_that_is_no_object_does_not_fit(string body) =>
        await (await PersonAsync("alice")).PostAsync("/conversations/", body).IsRefusedAsync(Errors.ValidationError);

    [Fact, Rule("H33", "H9")]
    public async Task Every_field_that_does_not_fit_is_named()
    {
        var alice = await PersonAsync("alice");
        var extra = await alice.PostAsync("/conversations/", """{"type":7,"visibility":"hidden","participants":["x"],"title":{},"message_ttl_seconds":"soon"}""")
            .IsRefusedAsync(Errors.ValidationError);
        Assert.Equal(
            ["message_ttl_seconds", "participants", "title", "type", "visibility"],
            extra.EnumerateObject().Select(p => p.Name.Split('[', '.')[0]).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact, Rule("H34")]
    public async Task An_id_that_is_no_UUID_is_named()
    {
        var alice = await PersonAsync("alice");
        Assert.Equal("must be a UUID", (await alice.GetAsync("/conversations/7").IsRefusedAsync(Errors.ValidationError)).Text("conversation_id"));
        Assert.Equal("must be a UUID", (await alice.GetAsync("/messages/?conversation_id=x").IsRefusedAsync(Errors.ValidationError)).Text("conversation_id"));
    }

    [Fact, Rule("H40")]
    public async Task A_property_named_twice_is_refused() =>
        await (await PersonAsync("alice")).PostAsync("/conversations/", """{"type":"group","type":"direct"}""").IsRefusedAsync(Errors.ValidationError);

    [Theory, Rule("H41")]
    [InlineData(33)]
    [InlineData(5000)]
    public async Task JSON_nested_too_deeply_is_refused(int depth)
    {
        var body = "{\"participants\":" + new string('[', depth) + new string(']', depth) + "}";
        var extra = await (await PersonAsync("alice")).PostAsync("/conversations/", body).IsRefusedAsync(Errors.ValidationError);
        Assert.NotEmpty(extra.EnumerateObject());
    }

    [Fact, Rule("H2")]
    public async Task Fields_the_server_does_not_know_are_ignored()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        await alice.PostAsync("/conversations/", new { Type = "direct", Participants = new[] { bob.Id }, Colour = new { Deep = new object[] { 1, "two", new { Er = (string?)null } } } }).IsAsync(201);
    }

    [Fact, Rule("H39")]
    public async Task Without_a_valid_token_nothing_is_answered()
    {
        var alice = await PersonAsync("alice");
        await Nobody.GetAsync("/conversations/").IsRefusedAsync(Errors.InvalidToken);
        await Nobody.GetAsync("/conversations/", ("Authorization", "Bearer nonsense")).IsRefusedAsync(Errors.InvalidToken);
        await Nobody.GetAsync("/conversations/", ("Authorization", $"Basic {alice.Phone.AccessToken}")).IsRefusedAsync(Errors.InvalidToken);
        var answer = await Nobody.GetAsync("/users/me");
        Assert.StartsWith("Bearer", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
    }

    [Fact, Rule("H35")]
    public async Task What_is_not_there_and_what_is_not_yours_are_told_apart()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var direct = await alice.CreatesDirectAsync(bob);
        await carol.GetAsync($"/conversations/{direct.Id}").IsRefusedAsync(Errors.NotAMember);
        await carol.GetAsync($"/conversations/{Guid.CreateVersion7()}").IsRefusedAsync(Errors.ConversationNotFound);
        await carol.GetAsync($"/messages/{Guid.CreateVersion7()}").IsRefusedAsync(Errors.MessageNotFound);
    }

    [Fact]
    public async Task Answers_carry_the_headers_that_keep_browsers_from_guessing()
    {
        var answer = await (await PersonAsync("alice")).GetAsync("/users/me");
        Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
        Assert.Equal("no-store", answer.Header("Cache-Control"));
        Assert.Equal("application/json; charset=utf-8", answer.Header("Content-Type"));
        Assert.Equal(JsonValueKind.Object, answer.Json.ValueKind);
    }
}

public sealed class ErrorFormOnSqlite(Servers servers) : ErrorFormTests(servers, Db.Sqlite);

public sealed class ErrorFormOnPostgres(Servers servers) : ErrorFormTests(servers, Db.Postgres);
