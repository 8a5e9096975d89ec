using System.Text.RegularExpressions;
using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Http;

/// <summary>What all routes have in common: slashes, times, ids, lists, idempotency.</summary>
public abstract partial class ConventionTests(Servers servers, Db db) : Play(servers, db)
{
    [Theory, Rule("H1")]
    [InlineData("/conversations")]
    [InlineData("/users/me")]
    [InlineData("/users/me/blocks")]
    [InlineData("/devices")]
    [InlineData("/sync")]
    public async Task A_route_is_served_with_and_without_a_slash_at_its_end(string path)
    {
        var alice = await PersonAsync("alice");
        var without = await alice.GetAsync(path).IsAsync(200);
        var with = await alice.GetAsync(path + "/").IsAsync(200);
        Assert.Equal(without.Body, with.Body);
    }

    [Fact, Rule("H1")]
    public async Task Posts_are_served_with_and_without_a_slash_too()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        await alice.PostAsync("/conversations", new NewConversation(ConversationType.Direct, Participants: [bob.Id])).IsAsync(201);
        await alice.PostAsync("/conversations/", new NewConversation(ConversationType.Direct, Participants: [bob.Id])).IsAsync(200);
        await alice.PutAsync($"/users/{bob.Id}/block/").IsAsync(204);
    }

    [Fact, Rule("H3", "H4")]
    public async Task Times_and_ids_have_their_form()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        await alice.SendsAsync("sealed", direct);
        foreach (var path in new[] { "/users/me", $"/conversations/{direct.Id}", "/devices/", $"/messages/?conversation_id={direct.Id}" })
        {
            var body = (await alice.GetAsync(path).IsAsync(200)).Body;
            var times = AnyTime().Matches(body).Select(m => m.Groups[2].Value).ToList();
            Assert.NotEmpty(times);
            Assert.All(times, time => Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", time));
            Assert.All(AnyId().Matches(body).Select(m => m.Groups[1].Value), id => Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", id));
        }
    }

    [Fact, Rule("H5", "H6")]
    public async Task A_list_is_data_and_the_count_of_all_that_matches()
    {
        var alice = await PersonAsync("alice");
        foreach (var name in new[] { "bob", "carol", "dave" })
        {
            await alice.CreatesDirectAsync(await PersonAsync(name));
        }

        var page = await alice.GetAsync("/conversations/?skip=1&limit=1").AsAsync<Page<Conversation>>();
        Assert.Equal((1, 3L), (page.Data.Count, page.Count));
        var beyond = await alice.GetAsync("/conversations/?skip=7").AsAsync<Page<Conversation>>();
        Assert.Equal((0, 3L), (beyond.Data.Count, beyond.Count));
    }

    [Theory, Rule("H6")]
    [InlineData("skip=-1", "skip")]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("skip=x&limit=x", "skip", "limit")]
    [InlineData("limit=1.5", "limit")]
    [InlineData("skip=99999999999999999999", "skip")]
    public async Task Paging_out_of_bounds_is_refused(string query, params string[] fields)
    {
        var alice = await PersonAsync("alice");
        var extra = await alice.GetAsync("/conversations/?" + query).IsRefusedAsync(Errors.ValidationError);
        Assert.Equal(fields, extra.EnumerateObject().Select(p => p.Name));
    }

    [Fact, Rule("H20", "H24")]
    public async Task Answers_that_are_shown_once_are_given_again_and_stored_sealed()
    {
        var server = await OwnServerAsync();
        var alice = await PersonAsync("alice", server);
        var channel = await alice.CreatesAsync(new NewConversation(ConversationType.Channel, "Invited", ConversationVisibility.InviteOnly));
        var (key, path) = (("Idempotency-Key", Guid.NewGuid().ToString()), $"/conversations/{channel.Id}/invites");
        var code = (await alice.PostAsync(path, new { }, key)).MustBe(201).Json.Text("code")!;
        Assert.Equal(code, (await alice.PostAsync(path, new { }, key)).MustBe(201).Json.Text("code"));

        var nobody = new Rest(server);
        var registration = new Registration("lost-" + TestDevice.RandomHex(6), "a password of hers");
        var first = (await nobody.PostAsync("/auth/register", registration, key)).MustBe(201).Json.As<SignedIn>();
        var again = (await nobody.PostAsync("/auth/register", registration, key)).MustBe(201).Json.As<SignedIn>();
        Assert.Equal((first.User.Id, first.Device.Id, first.RefreshToken), (again.User.Id, again.Device.Id, again.RefreshToken));

        // Of somebody else the same key is another one.
        await nobody.PostAsync("/auth/register", registration with { Password = "a password of his" }, key).IsRefusedAsync(Errors.UsernameTaken);
        await nobody.PostAsync("/auth/register", registration with { Username = "found-" + TestDevice.RandomHex(6) }, key).IsAsync(201);
        if (Db == Db.Sqlite)
        {
            var stored = string.Concat(Directory.GetFiles(server.DataDirectory, "sotto.db*").Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)).Select(file => System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(file))));
            Assert.Contains(alice.Username, stored, StringComparison.Ordinal);
            Assert.DoesNotContain(code, stored, StringComparison.Ordinal);
            Assert.DoesNotContain(first.RefreshToken, stored, StringComparison.Ordinal);
            Assert.DoesNotContain(key.Item2, stored, StringComparison.Ordinal);
        }
    }

    [Fact, Rule("H20")]
    public async Task A_repeat_with_the_same_key_gets_the_first_answer()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var body = new NewConversation(ConversationType.Group, "Once", Participants: [bob.Id, carol.Id]);
        var first = await alice.PostAsync("/conversations/", body, ("Idempotency-Key", "k1")).IsAsync(201);
        var again = await alice.PostAsync("/conversations/", body, ("Idempotency-Key", "k1")).IsAsync(201);
        Assert.Equal(first.Body, again.Body);
        Assert.Equal(1, (await alice.GetAsync("/conversations/").AsAsync<Page<Conversation>>()).Count);
    }

    [Fact, Rule("H20")]
    public async Task Keys_belong_to_their_user()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var first = await alice.PostAsync("/conversations/", new NewConversation(ConversationType.Channel, Participants: [carol.Id]), ("Idempotency-Key", "same")).AsAsync<Conversation>(201);
        var other = await bob.PostAsync("/conversations/", new NewConversation(ConversationType.Channel, Participants: [carol.Id]), ("Idempotency-Key", "same")).AsAsync<Conversation>(201);
        Assert.NotEqual(first.Id, other.Id);
    }

    [Fact, Rule("H21")]
    public async Task The_same_key_with_another_body_is_a_conflict()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        await alice.PostAsync("/conversations/", new NewConversation(ConversationType.Group, "One", Participants: [bob.Id, carol.Id]), ("Idempotency-Key", "k")).IsAsync(201);
        await alice.PostAsync("/conversations/", new NewConversation(ConversationType.Group, "Two", Participants: [bob.Id, carol.Id]), ("Idempotency-Key", "k"))
            .IsRefusedAsync(Errors.IdempotencyConflict);
    }

    [Fact, Rule("H20")]
    public async Task A_refused_request_does_not_use_up_its_key()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        await alice.PostAsync("/conversations/", new NewConversation(ConversationType.Group, "Small", Participants: [bob.Id]), ("Idempotency-Key", "k")).IsRefusedAsync(Errors.GroupTooSmall);
        await alice.PostAsync("/conversations/", new NewConversation(ConversationType.Group, "Large", Participants: [bob.Id, carol.Id]), ("Idempotency-Key", "k")).IsAsync(201);
    }

    [Fact, Rule("H22")]
    public async Task Simultaneous_requests_with_one_key_make_one_thing()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var body = new NewConversation(ConversationType.Group, "Once", Participants: [bob.Id, carol.Id]);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => alice.PostAsync("/conversations/", body, ("Idempotency-Key", "k")).AsAsync<Conversation>(201)));
        Assert.Single(answers.Select(a => a.Id).Distinct());
        Assert.Equal(1, (await alice.GetAsync("/conversations/").AsAsync<Page<Conversation>>()).Count);
    }

    [GeneratedRegex("\"(\\w+_at|last_seen|last_activity)\":\"([^\"]+)\"")]
    private static partial Regex AnyTime();

    [GeneratedRegex("\"(?:id|user_id|conversation_id|sender_id|creator_id)\":\"([^\"]+)\"")]
    private static partial Regex AnyId();
}

public sealed class ConventionOnSqlite(Servers servers) : ConventionTests(servers, Db.Sqlite);

public sealed class ConventionOnPostgres(Servers servers) : ConventionTests(servers, Db.Postgres);
