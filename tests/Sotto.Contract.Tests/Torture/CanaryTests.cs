using System.Text;
using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Torture;

/// <summary>Secrets are sent by every way there is, while the server logs all it can; then the log is searched for them.</summary>
public abstract class CanaryTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("S9", "O2")]
    public async Task No_secret_reaches_the_log()
    {
        var server = await OwnServerAsync(("Logging:LogLevel:Default", "Trace"), ("Logging:LogLevel:Microsoft.AspNetCore", "Trace"));
        var rest = new Rest(server);
        var canaries = new List<string>();
        string Canary(string what)
        {
            var value = what + TestDevice.RandomKey(15).Replace('+', 'a').Replace('/', 'b');
            canaries.Add(value);
            return value;
        }

        var password = Canary("password");
        var name = Canary("name");
        var username = "alice." + TestDevice.RandomKey(6).ToLowerInvariant().Replace('+', 'a').Replace('/', 'b').Replace('=', 'c');
        canaries.Add(username);
        var session = await rest.PostAsync("/auth/register", new Registration(username, password, name, new DeviceDescription(Canary("device"), "test"))).AsAsync<SignedIn>(201);
        canaries.AddRange([session.AccessToken, session.RefreshToken]);
        await rest.PostAsync("/auth/login", new Credentials(username, Canary("wrong"))).IsRefusedAsync(Errors.InvalidCredentials);
        await rest.PostAsync("/auth/login", $$"""{"username":"{{username}}","password":"{{password}}","device":7}""").IsRefusedAsync(Errors.ValidationError);
        await rest.PostAsync("/auth/refresh", new RefreshRequest(Canary("refresh"))).IsAsync(401);
        await rest.GetAsync("/users/me", ("Authorization", $"Bearer {Canary("bearer")}")).IsAsync(401);

        var (bob, carol) = await PeopleAsync("bob", "carol", server);
        rest.AccessToken = session.AccessToken;
        await rest.GetAsync($"/users/?query={Canary("search")}").IsAsync(200);
        var group = await rest.PostAsync("/conversations/", new NewConversation(ConversationType.Group, Canary("title"), Description: Canary("description"), Participants: [bob.Id, carol.Id]))
            .AsAsync<Conversation>(201);
        var key = TestDevice.Wrap(bob.Id, bob.Phone.Id);
        canaries.Add(key.EncryptedKey!);
        var sent = await rest.PostAsync("/messages/", new { ConversationId = group.Id, Ciphertext = Canary("ciphertext"), CiphertextNonce = Canary("nonce"), MessageType = "text", RecipientKeys = new[] { key } })
            .AsAsync<Message>(201);
        await rest.PatchAsync($"/messages/{sent.Id}", new { Ciphertext = Canary("edit") }).IsAsync(200);
        await rest.PutAsync($"/messages/{sent.Id}/reactions", new { Ciphertext = Canary("reaction") });
        await rest.PutAsync("/backup/keys", Encoding.UTF8.GetBytes(Canary("backup")), ("Content-Type", "application/octet-stream"));
        await rest.PostAsync("/messages/", $$"""{"conversation_id":7,"ciphertext":"{{Canary("malformed")}}"}""").IsRefusedAsync(Errors.ValidationError);

        var path = $"/api/v1/chat/ws/{session.Device.Id}";
        var ticket = await rest.PostAsync("/auth/ticket").AsAsync<Ticket>();
        canaries.Add(ticket.TicketValue);
        await Owns(await Socket.OpenAsync(server, $"{path}?ticket={ticket.TicketValue}")).ReceivesAsync("auth_ok");
        await Owns(await Socket.OpenAsync(server, $"{path}?token={Canary("querytoken")}")).IsClosedAsync(CloseCodes.AuthenticationFailed);
        var socket = Owns(await Socket.OpenAsync(server, $"{path}?token={session.AccessToken}"));
        await socket.ReceivesAsync("auth_ok");
        await socket.AsksAsync(new { Type = "send_message", ConversationId = group.Id, Ciphertext = Canary("frame"), MessageType = "text" }).IsAsync("message_ack");
        await socket.AsksAsync(new { Type = "send_message", ConversationId = "x", Ciphertext = Canary("badframe") }).IsRefusedAsync(Errors.ValidationError);
        await socket.AsksAsync(new { Type = Canary("type") }).IsRefusedAsync(Errors.UnknownType);
        await socket.SendAsync(Canary("nojson"));
        await socket.IsClosedAsync(CloseCodes.InvalidFormat);

        var metrics = (await new Rest(server).GetAsync("~/metrics").IsAsync(200)).Body;
        await server.StopAsync();
        var log = server.Log;
        Assert.DoesNotContain(canaries, secret => log.Contains(secret, StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(canaries, secret => metrics.Contains(secret, StringComparison.OrdinalIgnoreCase));
        Assert.Contains(" debug ", log, StringComparison.Ordinal);
    }
}

public sealed class CanaryOnSqlite(Servers servers) : CanaryTests(servers, Db.Sqlite);

public sealed class CanaryOnPostgres(Servers servers) : CanaryTests(servers, Db.Postgres);
