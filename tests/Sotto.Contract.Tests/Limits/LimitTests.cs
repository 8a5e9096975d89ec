using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Limits;

/// <summary>How much, how many and how often.</summary>
public abstract class LimitTests(Servers servers, Db db) : Play(servers, db)
{
    private static readonly WrappedKey Key = TestDevice.Wrap(Guid.NewGuid(), Guid.NewGuid());

    public static TheoryData<string, int> Texts => new()
    {
        { "ciphertext", 256 * 1024 },
        { "ciphertext_nonce", 256 },
        { "encryption_algo", 64 },
        { "preview_text_hash", 256 },
    };

    [Theory, Rule("L2")]
    [MemberData(nameof(Texts))]
    public async Task A_text_of_a_message_over_its_limit_is_refused_with_the_limit(string field, int longest)
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        await alice.ConnectsAsync();
        var body = new Dictionary<string, object> { ["conversation_id"] = direct.Id, ["ciphertext"] = "x", ["message_type"] = "text" };
        body[field] = new string('x', longest * 2);

        var refused = await alice.PostAsync("/messages/", body);
        Assert.True(refused.Status is 413 or 422, refused.Body);
        Assert.Matches(@"\d", refused.Json.GetProperty("extra_info").Text(field) ?? "");
        if (field != "ciphertext")
        {
            body["type"] = "send_message";
            Assert.Matches(@"\d", (await alice.Phone.AsksAsync(body).IsRefusedAsync(Errors.ValidationError)).Text(field) ?? "");
        }
    }

    [Fact, Rule("L2")]
    public async Task Ciphertext_may_have_256_KiB_and_not_one_byte_more()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        await alice.ConnectsAsync();
        await bob.ConnectsAsync();
        var largest = new string('x', 256 * 1024);
        var sent = await alice.SendsAsync(largest, direct);
        Assert.Equal(largest, (await bob.Phone.ReceivesAsync("message_received", new { Message = new { sent.Id } })).Data.Text("message.ciphertext"));
        await alice.Phone.AsksAsync(new { type = "send_message", conversation_id = direct.Id, ciphertext = largest, message_type = "text" }).IsAsync("message_ack");
        foreach (var answer in new[]
        {
            (await alice.PostAsync("/messages/", new { ConversationId = direct.Id, Ciphertext = largest + "x", MessageType = "text" })).Json,
            (await alice.Phone.AsksAsync(new { type = "send_message", conversation_id = direct.Id, ciphertext = largest + "x", message_type = "text" }).IsAsync("error")).Data,
        })
        {
            Assert.Contains("262144", answer.GetProperty("extra_info").Text("ciphertext"), StringComparison.Ordinal);
        }
    }

    [Fact, Rule("L2")]
    public async Task Lists_over_their_limits_are_refused_with_the_limit()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        var keys = Enumerable.Range(0, 1001).Select(_ => Key with { RecipientUserId = bob.Id, RecipientDeviceId = Guid.NewGuid() });
        var group = Enumerable.Range(0, 1001).Select(_ => Guid.NewGuid());
        foreach (var (path, body, field) in new (string, object, string)[]
        {
            ("/messages/", new { ConversationId = direct.Id, Ciphertext = "x", MessageType = "text", RecipientKeys = keys }, "recipient_keys"),
            ("/conversations/", new { Type = "group", Participants = group }, "participants"),
            ("/conversations/", new { Type = "group", Title = new string('x', 201), Participants = group }, "title"),
            ("/conversations/", new { Type = "channel", Description = new string('x', 2001) }, "description"),
        })
        {
            var refused = await alice.PostAsync(path, body);
            Assert.True(refused.Status is 413 or 422, $"{field}: {refused.Body}");
            Assert.True(refused.Json.GetProperty("extra_info").Text(field)?.Any(char.IsDigit) == true, $"{field}: {refused.Body}");
        }
    }

    [Fact, Rule("L10", "L13", "L15", "L14")]
    public async Task Messages_are_counted_over_sockets_and_rest_together_and_apart_from_all_else()
    {
        var server = await OwnServerAsync(("RateLimits:MessagesPerMinute", "6"), ("RateLimits:TypingPerMinute", "3"), ("RateLimits:ReceiptsPerMinute", "1000"), ("RateLimits:UserSearchesPerMinute", "2"));
        var (alice, bob) = await PeopleAsync("alice", "bob", server);
        var direct = await alice.CreatesDirectAsync(bob);
        var laptop = await alice.NewDeviceAsync();
        await alice.ConnectsAsync();
        await laptop.ConnectsAsync();
        object frame = new { type = "send_message", conversation_id = direct.Id, ciphertext = "x", message_type = "text" };

        // Typing and searches first, to their ends: they spend nothing of the messages.
        var typing = new { type = "typing", conversation_id = direct.Id, is_typing = true };
        for (var i = 0; i < 3; i++)
        {
            await alice.Phone.SendAsync(typing);
        }

        await alice.Phone.AsksAsync(typing).IsRefusedAsync(Errors.RateLimited);
        for (var i = 0; i < 2; i++)
        {
            await alice.GetAsync("/users/?query=zz").IsAsync(200);
        }

        await alice.GetAsync("/users/?query=zz").IsRefusedAsync(Errors.RateLimited);

        for (var i = 0; i < 2; i++)
        {
            await alice.SendsAsync("x", direct);
            await alice.Phone.AsksAsync(frame).IsAsync("message_ack");
            await laptop.AsksAsync(frame).IsAsync("message_ack");
        }

        foreach (var device in new[] { alice.Phone, laptop })
        {
            var refused = await device.AsksAsync(frame);
            refused.MustBeRefused(Errors.RateLimited);
            Assert.InRange(refused.Data.Number("retry_after"), 1, 60);
            var answer = await device.PostAsync("/messages/", new { ConversationId = direct.Id, Ciphertext = "x", MessageType = "text" });
            answer.MustBeRefused(Errors.RateLimited);
            Assert.InRange(int.Parse(answer.Header("Retry-After")!, System.Globalization.CultureInfo.InvariantCulture), 1, 60);
            await device.SendAsync(new { type = "ack", conversation_id = direct.Id, seq = 1 });
        }

        Assert.Equal(7, (await alice.SeesAsync(direct)).LastSeq);
        await bob.SendsAsync("bob has his own", direct);
    }
}

public sealed class LimitsOnSqlite(Servers servers) : LimitTests(servers, Db.Sqlite);

public sealed class LimitsOnPostgres(Servers servers) : LimitTests(servers, Db.Postgres);
