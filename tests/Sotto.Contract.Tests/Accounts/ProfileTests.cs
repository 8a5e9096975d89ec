using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Accounts;

/// <summary>Profiles, looking for people, blocks.</summary>
public abstract class ProfileTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("A40")]
    public async Task A_change_keeps_what_it_does_not_name()
    {
        var alice = await PersonAsync("alice");
        var changed = await alice.PatchAsync("/users/me", new { display_name = " Alice A. ", avatar = "https://example.org/a.png" }).AsAsync<User>();
        Assert.Equal(("Alice A.", "https://example.org/a.png", alice.Username), (changed.DisplayName, changed.Avatar, changed.Username));

        changed = await alice.PatchAsync("/users/me", new { settings = new { show_last_seen = false } }).AsAsync<User>();
        Assert.Equal(new UserSettings(ShowLastSeen: false), changed.Settings);
        changed = await alice.PatchAsync("/users/me", new { avatar = "", status = "busy" }).AsAsync<User>();
        Assert.Equal((null, "Alice A."), (changed.Avatar, changed.DisplayName));
        Assert.Equal(changed, await alice.GetAsync("/users/me").AsAsync<User>());
    }

    [Theory, Rule("A40")]
    [InlineData("""{"display_name":" "}""", "display_name")]
    [InlineData("""{"display_name":"a\u0000b"}""", "display_name")]
    [InlineData("""{"status":"asleep"}""", "status")]
    [InlineData("""{"settings":{"discoverable":"no"}}""", "settings.discoverable")]
    public async Task A_change_that_is_none_names_its_field(string body, string field)
    {
        var alice = await PersonAsync("alice");
        var extra = await alice.PatchAsync("/users/me", body).IsRefusedAsync(Errors.ValidationError);
        Assert.Equal(field, Assert.Single(extra.EnumerateObject()).Name);
    }

    [Fact, Rule("A41", "A45")]
    public async Task Others_see_no_more_than_they_may()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var seen = await bob.GetAsync($"/users/{alice.Id}").JsonAsync();

        Assert.Equal(alice.Username, seen.Text("username"));
        Assert.Empty(seen.EnumerateObject().Select(p => p.Name).Except(["id", "username", "display_name", "avatar", "status", "last_seen"]));
        await bob.GetAsync($"/users/{alice.Phone.Id}").IsRefusedAsync(Errors.UserNotFound);
        await bob.GetAsync("/users/me-too").IsRefusedAsync(Errors.ValidationError);
    }

    [Fact, Rule("A42", "A43", "A44")]
    public async Task People_are_found_by_how_their_names_begin()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var called = $"Ünal {TestDevice.RandomHex(4)} 100%_Sure";
        await alice.PatchAsync("/users/me", new { display_name = called }).IsAsync(200);

        Assert.Equal([alice.Id], await FoundAsync(bob, alice.Username[..^2].ToUpperInvariant()));
        Assert.Equal([alice.Id], await FoundAsync(bob, called.ToLowerInvariant()[..15]));
        Assert.Empty(await FoundAsync(bob, called[1..]));
        Assert.Empty(await FoundAsync(bob, "%" + alice.Username[..5]));
        await bob.GetAsync("/users/?query=a").IsRefusedAsync(Errors.ValidationError);
        await bob.GetAsync("/users/").IsRefusedAsync(Errors.ValidationError);
        await bob.GetAsync("/users/?query=al&limit=101&skip=-1").IsRefusedAsync(Errors.ValidationError);

        await alice.PatchAsync("/users/me", new { settings = new { discoverable = false } }).IsAsync(200);
        Assert.Empty(await FoundAsync(bob, alice.Username[..^2]));
        Assert.Empty(await FoundAsync(bob, called));
        Assert.Equal([alice.Id], await FoundAsync(bob, alice.Username));
    }

    [Fact, Rule("A42")]
    public async Task A_search_is_paged_and_counted()
    {
        var bob = await PersonAsync("bob");
        var prefix = "p" + TestDevice.RandomHex(4);
        var people = new List<Guid>();
        for (var i = 0; i < 5; i++)
        {
            people.Add((await Nobody.PostAsync("/auth/register", new Registration($"{prefix}{i}", "correct horse")).AsAsync<SignedIn>(201)).User.Id);
        }

        var page = await bob.GetAsync($"/users/?query={prefix}&skip=1&limit=2").AsAsync<Page<PublicUser>>();
        Assert.Equal(5, page.Count);
        Assert.Equal(people[1..3], page.Data.Select(user => user.Id));
    }

    [Fact, Rule("L13", "L14", "L18")]
    public async Task Searching_has_a_limit_of_its_own()
    {
        var server = await OwnServerAsync(("RateLimits:UserSearchesPerMinute", "60"));
        var (alice, bob) = await PeopleAsync("alice", "bob", server);
        var first = await alice.GetAsync("/users/?query=bo").IsAsync(200);
        Assert.Equal("\"user-searches\";q=60;w=60", first.Header("RateLimit-Policy"));
        Answer answer;
        do
        {
            answer = await alice.GetAsync("/users/?query=bo");
        }
        while (answer.Status == 200);

        answer.MustBeRefused(Errors.RateLimited);
        Assert.Equal("1", answer.Header("Retry-After"));
        await bob.GetAsync("/users/?query=al").IsAsync(200);
        await alice.GetAsync("/users/me").IsAsync(200);
        await Task.Delay(TimeSpan.FromSeconds(1));
        await alice.GetAsync("/users/?query=bo").IsAsync(200);
    }

    [Fact, Rule("A50", "A53")]
    public async Task Blocking_twice_is_blocking_once()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        await alice.BlocksAsync(bob);
        await alice.BlocksAsync(bob);
        await alice.BlocksAsync(carol);

        var blocked = await alice.GetAsync("/users/me/blocks").AsAsync<Page<PublicUser>>();
        Assert.Equal(2, blocked.Count);
        Assert.Equal([carol.Id, bob.Id], blocked.Data.Select(user => user.Id));
        Assert.Equal(0, (await bob.GetAsync("/users/me/blocks").AsAsync<Page<PublicUser>>()).Count);

        await alice.DeleteAsync($"/users/{bob.Id}/block").IsAsync(204);
        await alice.DeleteAsync($"/users/{bob.Id}/block").IsAsync(204);
        Assert.Equal([carol.Id], (await alice.GetAsync("/users/me/blocks").AsAsync<Page<PublicUser>>()).Data.Select(user => user.Id));
        await alice.PutAsync($"/users/{alice.Id}/block").IsRefusedAsync(Errors.ValidationError);
        await alice.PutAsync($"/users/{bob.Phone.Id}/block").IsRefusedAsync(Errors.UserNotFound);
    }

    private static async Task<IEnumerable<Guid>> FoundAsync(Person who, string query) =>
        (await who.GetAsync($"/users/?query={Uri.EscapeDataString(query)}").AsAsync<Page<PublicUser>>()).Data.Select(user => user.Id);
}

public sealed class ProfileOnSqlite(Servers servers) : ProfileTests(servers, Db.Sqlite);

public sealed class ProfileOnPostgres(Servers servers) : ProfileTests(servers, Db.Postgres);
