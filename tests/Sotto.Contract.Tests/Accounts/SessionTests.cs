using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Accounts;

/// <summary>Tokens, refreshing, logging out.</summary>
public abstract class SessionTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("A20", "A23")]
    public async Task Every_token_verifies_with_a_published_key()
    {
        var alice = await PersonAsync("alice");
        var parts = alice.Phone.Session.AccessToken.Split('.');
        var header = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[0])).RootElement;
        var keys = await Nobody.GetAsync("~/.well-known/jwks.json").AsAsync<JsonWebKeys>();

        var key = Assert.Single(keys.Keys, k => k.Kid == header.GetProperty("kid").GetString());
        using var verifier = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = Base64Url.DecodeFromChars(key.X), Y = Base64Url.DecodeFromChars(key.Y) },
        });
        Assert.True(verifier.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256));
        Assert.Equal(("EC", "P-256", "ES256", "sig"), (key.Kty, key.Crv, key.Alg, key.Use));
    }

    [Fact, Rule("A21")]
    public async Task A_token_that_is_none_is_refused()
    {
        var alice = await PersonAsync("alice");
        var token = alice.Phone.Session.AccessToken;
        var none = Base64Url.EncodeToString("""{"alg":"none","typ":"JWT"}"""u8) + "." + token.Split('.')[1] + ".";
        foreach (var bad in new[] { "", "x", "x.y.z", none, token[..^4] + "AAAA", token + "A", new string('x', 20_000) })
        {
            await new Rest(Server) { AccessToken = bad }.GetAsync("/users/me").IsRefusedAsync(Errors.InvalidToken);
        }

        var unsigned = await Nobody.GetAsync("/users/me");
        unsigned.MustBeRefused(Errors.InvalidToken);
        Assert.Equal("Bearer", unsigned.Header("WWW-Authenticate"));
    }

    [Fact, Rule("A22")]
    public async Task An_expired_token_says_so()
    {
        var server = await OwnServerAsync(("Auth:AccessTokenLife", "00:00:01"));
        var alice = await PersonAsync("alice", server);
        var answer = await alice.GetAsync("/users/me");
        while (answer.Status == 200)
        {
            answer = await alice.GetAsync("/users/me");
        }

        answer.MustBeRefused(Errors.TokenExpired);
        await alice.Phone.RefreshesAsync();
        Assert.NotEqual(Errors.InvalidToken.Code, (await alice.GetAsync("/users/me")).Json.Text("error_code"));
    }

    [Fact, Rule("A24")]
    public async Task Tokens_and_refresh_tokens_outlive_a_restart()
    {
        var server = await OwnServerAsync();
        var alice = await PersonAsync("alice", server);
        await server.StopAsync();
        await server.StartAsync();

        await alice.GetAsync("/users/me").IsAsync(200);
        await alice.Phone.RefreshesAsync();
        await alice.GetAsync("/users/me").IsAsync(200);
    }

    [Fact, Rule("A25", "A26", "A28")]
    public async Task A_refresh_token_used_twice_ends_its_session_however_old_it_is()
    {
        var alice = await PersonAsync("alice");
        var laptop = await alice.NewDeviceAsync();
        var first = alice.Phone.Session.RefreshToken;
        await alice.Phone.RefreshesAsync();
        await alice.Phone.RefreshesAsync();
        await alice.Phone.RefreshesAsync();
        await alice.GetAsync("/users/me").IsAsync(200);
        var socket = await alice.ConnectsAsync();

        await Nobody.PostAsync("/auth/refresh", new RefreshRequest(first)).IsRefusedAsync(Errors.RefreshReused);

        await socket.IsClosedAsync(CloseCodes.AuthenticationFailed);
        await alice.GetAsync("/users/me").IsRefusedAsync(Errors.DeviceRevoked);
        await Nobody.PostAsync("/auth/refresh", new RefreshRequest(alice.Phone.Session.RefreshToken)).IsRefusedAsync(Errors.DeviceRevoked);
        await laptop.GetAsync("/users/me").IsAsync(200);
        await Nobody.PostAsync("/auth/login", new Credentials(alice.Username, alice.Password, alice.Phone.Id)).IsAsync(200);
    }

    [Fact, Rule("A26")]
    public async Task Of_two_who_refresh_with_the_same_token_at_once_one_ends_the_session()
    {
        var alice = await PersonAsync("alice");
        var body = new RefreshRequest(alice.Phone.Session.RefreshToken);
        var answers = await Task.WhenAll(Nobody.PostAsync("/auth/refresh", body), Nobody.PostAsync("/auth/refresh", body));

        var renewed = Assert.Single(answers, answer => answer.Status == 200).Json.As<SignedIn>();
        Assert.Single(answers, answer => answer.Status == 401).MustBeRefused(Errors.RefreshReused);
        await new Rest(Server) { AccessToken = renewed.AccessToken }.GetAsync("/users/me").IsRefusedAsync(Errors.DeviceRevoked);
    }

    [Fact, Rule("A26")]
    public async Task A_refresh_token_that_was_never_given_out_ends_nothing()
    {
        var alice = await PersonAsync("alice");
        var bytes = Base64Url.DecodeFromChars(alice.Phone.Session.RefreshToken);
        RandomNumberGenerator.Fill(bytes.AsSpan(16));
        foreach (var bad in new[] { "", "x", new string('A', 86), Base64Url.EncodeToString(bytes) })
        {
            await Nobody.PostAsync("/auth/refresh", new RefreshRequest(bad)).IsRefusedAsync(Errors.InvalidToken);
        }

        await Nobody.PostAsync("/auth/refresh", new { }).IsRefusedAsync(Errors.ValidationError);
        await alice.Phone.RefreshesAsync();
    }

    [Fact, Rule("A27", "A28")]
    public async Task Logging_out_ends_this_device_only()
    {
        var alice = await PersonAsync("alice");
        var laptop = await alice.NewDeviceAsync();
        var (phone, other) = (await alice.ConnectsAsync(), await laptop.ConnectsAsync());

        await alice.PostAsync("/auth/logout").IsAsync(204);

        await phone.IsClosedAsync(CloseCodes.AuthenticationFailed);
        await alice.GetAsync("/users/me").IsRefusedAsync(Errors.DeviceRevoked);
        await Nobody.PostAsync("/auth/refresh", new RefreshRequest(alice.Phone.Session.RefreshToken)).IsRefusedAsync(Errors.DeviceRevoked);
        await laptop.GetAsync("/users/me").IsAsync(200);
        await other.AsksAsync(new { type = "ping" }).IsAsync("pong");
        var devices = await laptop.GetAsync("/devices/").AsAsync<Page<Device>>();
        Assert.Contains(devices.Data, device => device.Id == alice.Phone.Id);
    }

    [Fact, Rule("A29")]
    public async Task A_ticket_opens_one_socket_once()
    {
        var alice = await PersonAsync("alice");
        var ticket = await alice.PostAsync("/auth/ticket").AsAsync<Ticket>();
        Assert.Equal(30, ticket.ExpiresIn);

        var socket = await alice.Phone.OpensAsync($"{alice.Phone.SocketPath}?ticket={ticket.TicketValue}");
        await socket.ReceivesAsync("auth_ok");
        var second = await alice.Phone.OpensAsync($"{alice.Phone.SocketPath}?ticket={ticket.TicketValue}");
        await second.IsClosedAsync(CloseCodes.AuthenticationFailed);
        var guess = await alice.Phone.OpensAsync($"{alice.Phone.SocketPath}?ticket={new string('A', 43)}");
        await guess.IsClosedAsync(CloseCodes.AuthenticationFailed);
    }

    [Fact, Rule("A29")]
    public async Task A_ticket_of_a_session_that_ended_opens_nothing()
    {
        var alice = await PersonAsync("alice");
        var ticket = await alice.PostAsync("/auth/ticket").AsAsync<Ticket>();
        await alice.PostAsync("/auth/logout").IsAsync(204);

        var socket = await alice.Phone.OpensAsync($"{alice.Phone.SocketPath}?ticket={ticket.TicketValue}");
        await socket.IsClosedAsync(CloseCodes.AuthenticationFailed);
    }

    [Fact, Rule("A31")]
    public async Task No_secret_is_found_in_the_log_or_the_data()
    {
        var server = await OwnServerAsync();
        var alice = await PersonAsync("alice", server);
        var first = alice.Phone.Session;
        var ticket = await alice.PostAsync("/auth/ticket").AsAsync<Ticket>();
        await alice.Phone.RefreshesAsync();
        await server.StopAsync();

        var secrets = new[] { alice.Password, first.RefreshToken, alice.Phone.Session.RefreshToken, first.AccessToken, ticket.TicketValue };
        foreach (var secret in secrets)
        {
            Assert.DoesNotContain(secret, server.Log, StringComparison.Ordinal);
            foreach (var file in Directory.GetFiles(server.DataDirectory, "*", SearchOption.AllDirectories))
            {
                Assert.True((await File.ReadAllBytesAsync(file)).AsSpan().IndexOf(Encoding.ASCII.GetBytes(secret)) < 0, $"A secret stands in {Path.GetFileName(file)}.");
            }
        }
    }
}

public sealed class SessionOnSqlite(Servers servers) : SessionTests(servers, Db.Sqlite);

public sealed class SessionOnPostgres(Servers servers) : SessionTests(servers, Db.Postgres)
{
    [Fact, Rule("A24", "A27", "A28")]
    public async Task Two_nodes_on_one_database_know_each_others_tokens_and_endings()
    {
        var database = await Servers.NewDatabaseAsync();
        var one = await OwnServerAsync(("Database", database));
        var other = await OwnServerAsync(("Database", database));
        var alice = await PersonAsync("alice", one);
        var there = new Rest(other) { AccessToken = alice.Phone.AccessToken };
        await there.GetAsync("/users/me").IsAsync(200);
        var ticket = await there.PostAsync("/auth/ticket").AsAsync<Ticket>();
        var socket = Owns(await Socket.OpenAsync(other, $"{alice.Phone.SocketPath}?token={alice.Phone.AccessToken}"));
        await socket.ReceivesAsync("auth_ok");
        var here = await alice.Phone.OpensAsync($"{alice.Phone.SocketPath}?ticket={ticket.TicketValue}");
        await here.ReceivesAsync("auth_ok");

        await alice.PostAsync("/auth/logout").IsAsync(204);

        await here.IsClosedAsync(CloseCodes.AuthenticationFailed);
        await socket.IsClosedAsync(CloseCodes.AuthenticationFailed);
        await there.GetAsync("/users/me").IsRefusedAsync(Errors.DeviceRevoked);
    }
}
