using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Accounts;

/// <summary>Registering and logging in.</summary>
public abstract class SignInTests(Servers servers, Db db) : Play(servers, db)
{
    private const string Password = "correct horse";

    [Fact, Rule("A1")]
    public async Task Registering_signs_in_on_a_first_device()
    {
        var name = Name("alice");
        var answer = await Nobody.PostAsync("/auth/register", new { username = name, password = Password, display_name = "Alice", device = new { name = "phone", platform = "ios" } }).IsAsync(201);
        var signedIn = answer.Json.As<SignedIn>();

        Assert.Equal((name, "Alice", ServerRole.User), (signedIn.User.Username, signedIn.User.DisplayName, signedIn.User.Role));
        Assert.Equal(("phone", "ios", true), (signedIn.Device.Name, signedIn.Device.Platform, signedIn.Device.Current));
        Assert.Equal(("bearer", 900), (signedIn.TokenType, signedIn.ExpiresIn));
        Assert.Equal(signedIn.User, await As(signedIn).GetAsync("/users/me").AsAsync<User>());
        Assert.NotNull(answer.Header("RateLimit") ?? "off");
    }

    [Fact, Rule("A2", "A3")]
    public async Task A_user_name_is_lower_case_and_taken_in_every_case()
    {
        var name = Name("alice");
        var signedIn = await Nobody.PostAsync("/auth/register", new Registration(name.ToUpperInvariant(), Password)).AsAsync<SignedIn>(201);

        Assert.Equal((name, name), (signedIn.User.Username, signedIn.User.DisplayName));
        await Nobody.PostAsync("/auth/register", new Registration(name, Password)).IsRefusedAsync(Errors.UsernameTaken);
        await Nobody.PostAsync("/auth/login", new Credentials(name.ToUpperInvariant(), Password)).IsAsync(200);
    }

    [Fact, Rule("A2", "A4")]
    public async Task Every_failing_field_is_named_at_once()
    {
        var body = new { username = "a b", password = "short", display_name = new string('x', 65), device = new { name = new string('x', 65), platform = "\u0007" } };
        var extra = await Nobody.PostAsync("/auth/register", body).IsRefusedAsync(Errors.ValidationError);
        Assert.Equal(["device.name", "device.platform", "display_name", "password", "username"], extra.EnumerateObject().Select(p => p.Name).Order());

        extra = await Nobody.PostAsync("/auth/register", new { }).IsRefusedAsync(Errors.ValidationError);
        Assert.Equal(["password", "username"], extra.EnumerateObject().Select(p => p.Name).Order());
        await Nobody.PostAsync("/auth/register", new Registration(Name("alice"), new string('x', 129))).IsRefusedAsync(Errors.ValidationError);
        await Nobody.PostAsync("/auth/register", new Registration(Name("alice"), new string('x', 128))).IsAsync(201);
    }

    [Fact, Rule("A3")]
    public async Task Of_many_who_want_the_same_name_at_once_one_gets_it()
    {
        var name = Name("alice");
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Nobody.PostAsync("/auth/register", new Registration(name, Password))));
        Assert.Single(answers, answer => answer.Status == 201);
        Assert.Equal(7, answers.Count(answer => answer.Status == 409));
    }

    [Fact, Rule("A6")]
    public async Task Logging_in_makes_a_device_or_takes_an_own_one()
    {
        var alice = await PersonAsync("alice");
        var other = await alice.NewDeviceAsync();
        var again = await Nobody.PostAsync("/auth/login", new Credentials(alice.Username, alice.Password, alice.Phone.Id, new DeviceDescription("renamed"))).AsAsync<SignedIn>();

        Assert.NotEqual(alice.Phone.Id, other.Id);
        Assert.Equal((alice.Phone.Id, "renamed", "test"), (again.Device.Id, again.Device.Name, again.Device.Platform));
        await alice.GetAsync("/users/me").IsRefusedAsync(Errors.DeviceRevoked);
        await other.GetAsync("/users/me").IsAsync(200);
        await As(again).GetAsync("/users/me").IsAsync(200);
    }

    [Fact, Rule("A7")]
    public async Task Logging_in_on_a_device_that_is_not_ones_own_is_refused()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var gone = await alice.NewDeviceAsync();
        await alice.DeleteAsync($"/devices/{gone.Id}").IsAsync(204);

        await LogInAsync(alice, bob.Phone.Id).IsRefusedAsync(Errors.PermissionDenied);
        await LogInAsync(alice, gone.Id).IsRefusedAsync(Errors.DeviceRevoked);
        await LogInAsync(alice, alice.Id).IsRefusedAsync(Errors.DeviceNotFound);
    }

    [Fact, Rule("A8")]
    public async Task A_wrong_password_and_an_unknown_name_get_the_same_answer()
    {
        var alice = await PersonAsync("alice");
        var wrong = await Nobody.PostAsync("/auth/login", new Credentials(alice.Username, "wrong horse"));
        var unknown = await Nobody.PostAsync("/auth/login", new Credentials(Name("nobody"), "wrong horse"));
        var impossible = await Nobody.PostAsync("/auth/login", new Credentials("no such name!", new string('x', 5000)));

        wrong.MustBeRefused(Errors.InvalidCredentials);
        Assert.Equal(wrong.Body, unknown.Body);
        Assert.Equal(wrong.Body, impossible.Body);
    }

    [Fact, Rule("A9", "A10", "L11", "L14")]
    public async Task After_ten_failures_further_logins_wait_and_open_sessions_stay()
    {
        var server = await OwnServerAsync(("RateLimits:LoginFailures", "10"));
        var alice = await PersonAsync("alice", server);
        var nobody = new Rest(server);
        for (var i = 0; i < 10; i++)
        {
            await nobody.PostAsync("/auth/login", new Credentials(alice.Username, alice.Password, alice.Phone.Id)).IsAsync(200);
        }

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ =>
            nobody.PostAsync("/auth/login", new Credentials(alice.Username, "wrong horse")).IsRefusedAsync(Errors.InvalidCredentials)));
        var refused = await nobody.PostAsync("/auth/login", new Credentials(alice.Username, alice.Password));

        refused.MustBeRefused(Errors.RateLimited);
        Assert.InRange(int.Parse(refused.Header("Retry-After")!), 890, 900);
        Assert.Contains("r=0", refused.Header("RateLimit"));
        Assert.Contains("q=10;w=900", refused.Header("RateLimit-Policy"));
        Assert.InRange(refused.Json.Number("retry_after"), 890, 900);
    }

    [Fact, Rule("A10")]
    public async Task Failures_of_strangers_end_no_session()
    {
        var server = await OwnServerAsync(("RateLimits:LoginFailures", "1"));
        var alice = await PersonAsync("alice", server);
        await new Rest(server).PostAsync("/auth/login", new Credentials(alice.Username, "wrong horse")).IsRefusedAsync(Errors.InvalidCredentials);

        await new Rest(server).PostAsync("/auth/login", new Credentials(alice.Username, alice.Password)).IsRefusedAsync(Errors.RateLimited);
        await alice.GetAsync("/users/me").IsAsync(200);
        await alice.Phone.RefreshesAsync();
        await alice.GetAsync("/users/me").IsAsync(200);
    }

    [Fact, Rule("L17")]
    public async Task Forwarded_addresses_count_from_configured_proxies_only()
    {
        var trusting = await OwnServerAsync(("RateLimits:LoginFailures", "1"), ("Http:TrustedProxies", "127.0.0.0/8"));
        var wary = await OwnServerAsync(("RateLimits:LoginFailures", "1"));

        await FailAsync(trusting, "192.0.2.1").IsRefusedAsync(Errors.InvalidCredentials);
        await FailAsync(trusting, "192.0.2.1").IsRefusedAsync(Errors.RateLimited);
        await FailAsync(trusting, "192.0.2.2").IsRefusedAsync(Errors.InvalidCredentials);
        await FailAsync(trusting, "198.51.100.7, 192.0.2.2").IsRefusedAsync(Errors.RateLimited);
        await FailAsync(wary, "192.0.2.1").IsRefusedAsync(Errors.InvalidCredentials);
        await FailAsync(wary, "192.0.2.2").IsRefusedAsync(Errors.RateLimited);
    }

    [Fact]
    public async Task A_closed_server_lets_in_only_the_first_administrator()
    {
        var server = await OwnServerAsync(("Accounts:OpenRegistration", "false"));
        var nobody = new Rest(server);
        var code = await SetupCodeAsync(server);

        Assert.False((await nobody.GetAsync("/capabilities").AsAsync<Capabilities>()).OpenRegistration);
        await nobody.PostAsync("/auth/register", new Registration(Name("alice"), Password)).IsRefusedAsync(Errors.PermissionDenied);
        await nobody.PostAsync("/auth/register", new Registration(Name("alice"), Password, SetupCode: "guess")).IsRefusedAsync(Errors.InvalidCredentials);
        var admin = await nobody.PostAsync("/auth/register", new Registration(Name("root"), Password, SetupCode: code)).AsAsync<SignedIn>(201);
        Assert.Equal(ServerRole.Admin, admin.User.Role);
        await nobody.PostAsync("/auth/register", new Registration(Name("root"), Password, SetupCode: code)).IsRefusedAsync(Errors.SetupDone);
    }

    [Fact]
    public async Task The_set_up_link_is_printed_until_it_is_used_and_makes_one_administrator()
    {
        var server = await OwnServerAsync();
        var code = await SetupCodeAsync(server);
        await server.StopAsync();
        await server.StartAsync();
        Assert.Equal(2, server.Log.Split("code=" + code).Length - 1);

        var tries = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => new Rest(server).PostAsync("/auth/register", new Registration(Name("root"), Password, SetupCode: code))));
        var admin = Assert.Single(tries, one => one.Status == 201).Json.As<SignedIn>();
        Assert.All(tries.Where(one => one.Status != 201), one => one.MustBeRefused(Errors.SetupDone));

        await server.StopAsync();
        await server.StartAsync();
        Assert.Equal(2, server.Log.Split("code=" + code).Length - 1);
        Assert.Empty(Directory.GetFiles(server.DataDirectory, "setup-code*"));

        var alice = await PersonAsync("alice", server);
        await alice.PatchAsync($"~/admin/api/users/{alice.Id}", new { role = "admin" }).IsRefusedAsync(Errors.PermissionDenied);
        var rest = new Rest(server) { AccessToken = admin.AccessToken };
        Assert.Equal(ServerRole.Agent, (await rest.PatchAsync($"~/admin/api/users/{alice.Id}", new { role = "agent" }).AsAsync<User>()).Role);
        Assert.Equal(ServerRole.Agent, (await alice.GetAsync("/users/me").AsAsync<User>()).Role);
        await rest.PatchAsync($"~/admin/api/users/{admin.User.Id}", new { role = "user" }).IsRefusedAsync(Errors.ValidationError);
        await rest.PatchAsync($"~/admin/api/users/{alice.Phone.Id}", new { role = "user" }).IsRefusedAsync(Errors.UserNotFound);
        await rest.PatchAsync($"~/admin/api/users/{alice.Id}", new { role = "owner" }).IsRefusedAsync(Errors.ValidationError);
    }

    private static string Name(string name) => $"{name}-{TestDevice.RandomHex(5)}";

    private static async Task<string> SetupCodeAsync(TestServer server)
    {
        await server.PrintsAsync("/admin/setup#code=");
        return server.Log.Split("/admin/setup#code=")[1].Split('\n')[0].Trim();
    }

    private static Task<Answer> FailAsync(TestServer server, string from) =>
        new Rest(server).PostAsync("/auth/login", new Credentials(Name("nobody"), "wrong horse"), ("X-Forwarded-For", from));

    private Rest As(SignedIn session) => new(Server) { AccessToken = session.AccessToken };

    private Task<Answer> LogInAsync(Person person, Guid deviceId) => Nobody.PostAsync("/auth/login", new Credentials(person.Username, person.Password, deviceId));
}

public sealed class SignInOnSqlite(Servers servers) : SignInTests(servers, Db.Sqlite);

public sealed class SignInOnPostgres(Servers servers) : SignInTests(servers, Db.Postgres);
