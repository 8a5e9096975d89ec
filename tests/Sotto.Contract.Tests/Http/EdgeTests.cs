using Sotto.Contract.Tests.Documents;
using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Http;

/// <summary>Paging while a list grows, the published errors, times to wait, and what isn't HTTP.</summary>
public abstract class EdgeTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("H7")]
    public async Task A_list_that_grows_is_paged_by_cursor_without_loss_or_repeat()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        for (var i = 0; i < 5; i++)
        {
            await alice.SendsAsync($"{i}", direct);
        }

        var seen = new List<long>();
        long? before = null;
        Page<Message> page;
        do
        {
            page = await bob.GetAsync($"/messages/?conversation_id={direct.Id}&limit=2{(before is { } b ? $"&before_seq={b}" : "")}").AsAsync<Page<Message>>();
            seen.AddRange(page.Data.Select(m => m.Seq));
            before = page.Data[^1].Seq;
            await alice.SendsAsync("meanwhile", direct);
        }
        while (page.HasMore == true);
        Assert.Equal([6, 5, 4, 3, 2, 1], seen);

        var forward = new List<long>();
        long after = 0;
        do
        {
            page = await bob.GetAsync($"/messages/?conversation_id={direct.Id}&limit=4&order=asc&after_seq={after}").AsAsync<Page<Message>>();
            forward.AddRange(page.Data.Select(m => m.Seq));
            after = page.Data[^1].Seq;
        }
        while (page.HasMore == true);
        Assert.Equal(Enumerable.Range(1, 9).Select(n => (long)n), forward);
        Assert.False((await bob.GetAsync($"/messages/?conversation_id={direct.Id}&limit=9").AsAsync<Page<Message>>()).HasMore);
    }

    [Fact, Rule("H7", "H5")]
    public async Task What_is_waiting_is_paged_by_acknowledging_it()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        for (var i = 0; i < 4; i++)
        {
            await alice.SendsAsync($"{i}", direct);
        }

        var first = await bob.GetAsync("/sync?limit=3").JsonAsync();
        Assert.Equal((5L, "True"), (first.Number("count"), first.Text("has_more")));
        var last = first.GetProperty("data").EnumerateArray().Max(e => e.Number("data.seq"));
        await bob.PostAsync("/sync/ack", new { ConversationId = direct.Id, Seq = last }).IsAsync(204);
        var rest = await bob.GetAsync("/sync?limit=3").JsonAsync();
        Assert.Equal((2L, "False"), (rest.Number("count"), rest.Text("has_more")));
        Assert.Equal([last + 1, last + 2], rest.GetProperty("data").EnumerateArray().Select(e => e.Number("data.seq")));
    }

    [Fact, Rule("H38")]
    public void The_published_errors_are_those_of_the_server_each_with_one_meaning_and_status()
    {
        var expected = Errors.All.Select(error => (error.Code, error.Status, error.Meaning)).Order().ToArray();
        foreach (var document in new[] { ServerDocuments.Current.OpenApi, ServerDocuments.Current.AsyncApi })
        {
            var published = document.GetProperty("x-error-codes").EnumerateArray().Select(row => (row.Text("code")!, (int)row.Number("status"), row.Text("meaning")!)).Order();
            Assert.Equal(expected, published);
        }

        Assert.Equal(expected.Length, expected.Select(error => error.Meaning).Distinct().Count());
    }

    [Fact, Rule("H36", "L18")]
    public async Task Too_many_requests_are_told_when_to_come_back()
    {
        var server = await OwnServerAsync(("RateLimits:TicketsPerMinute", "60"), ("RateLimits:UserSearchesPerMinute", "60"));
        var alice = await PersonAsync("alice", server);
        Answer answer;
        do
        {
            answer = await alice.GetAsync("/users/?query=zz");
        }
        while (answer.Status == 200);
        answer.MustBeRefused(Errors.RateLimited);
        var wait = int.Parse(answer.Header("Retry-After")!, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(1, wait);
        await Task.Delay(TimeSpan.FromSeconds(wait));
        await alice.GetAsync("/users/?query=zz").IsAsync(200);
    }

    [Fact, Rule("H44", "H42")]
    public async Task What_is_no_http_is_refused_and_the_server_goes_on()
    {
        foreach (var (path, header, status) in new[] { ("/api/v1/users/%00", "x", 400), ("/healthz?" + new string('a', 9000), "x", 414), ("/healthz", new string('a', 40_000), 431) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Server.Address, path));
            request.Headers.TryAddWithoutValidation("X-Long", header);
            using var answer = await Server.Http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal((status, 0L), ((int)answer.StatusCode, answer.Content.Headers.ContentLength));
        }

        await Nobody.GetAsync("~/healthz").IsAsync(200);
    }

    [Fact, Rule("H43")]
    public async Task A_body_that_is_not_utf8_is_malformed_and_half_a_character_is_invalid()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        var key = $$"""{"recipient_user_id":"{{bob.Id}}","recipient_device_id":"{{bob.Phone.Id}}","encrypted_key":"K","key_algo":"a","nonce":"n"}""";
        var body = $$"""{"conversation_id":"{{direct.Id}}","ciphertext":"x","message_type":"text","recipient_keys":[{{key}}]}""";
        foreach (var half in new[] { "\\ud800", "\\udc00\\ud800" })
        {
            foreach (var broken in new[] { body.Replace("\"K\"", $"\"{half}\""), body.Replace("\"x\"", $"\"{half}\""), body.Replace("\"nonce\"", $"\"{half}\":1,\"nonce\""), body.Replace("\"ciphertext\"", $"\"{half}\":[],\"ciphertext\"") })
            {
                var answer = await alice.PostAsync("/messages/", broken);
                Assert.True(answer.Status is 422 or 201, answer.Body);
            }

            await alice.PostAsync("/messages/", body.Replace("\"K\"", $"\"{half}\"")).IsRefusedAsync(Errors.ValidationError);
        }

        foreach (var at in new[] { "\"K\"", "\"x\"", "\"n\"" })
        {
            var bytes = System.Text.Encoding.Latin1.GetBytes(body.Replace(at, "\"\u00ff\u00fe\""));
            await alice.PostAsync("/messages/", bytes, ("Content-Type", "application/json")).IsRefusedAsync(Errors.MalformedJson);
        }

        await alice.PostAsync("/messages/", body.Replace("\"nonce\"", "\"key_algo\":\"b\",\"nonce\"")).IsRefusedAsync(Errors.ValidationError);
        await alice.PostAsync("/messages/", body).IsAsync(201);
    }
}

public sealed class EdgesOnSqlite(Servers servers) : EdgeTests(servers, Db.Sqlite);

public sealed class EdgesOnPostgres(Servers servers) : EdgeTests(servers, Db.Postgres);
