using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests;

/// <summary>The ways into a socket, and the first frames.</summary>
public abstract class HandshakeTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("W1", "W5")]
    public async Task A_token_in_the_path_opens_a_socket()
    {
        var alice = await PersonAsync("alice");
        await alice.Phone.OpensAsync($"{alice.Phone.SocketPath}?token={alice.Phone.AccessToken}");
        var hello = (await alice.Phone.ReceivesAsync("auth_ok")).As<AuthOk>();
        Assert.Equal((alice.Id, alice.Phone.Id), (hello.UserId, hello.DeviceId));
        Assert.Equal(25, hello.HeartbeatSeconds);
    }

    [Fact, Rule("W1")]
    public async Task A_first_frame_opens_a_socket()
    {
        var alice = await PersonAsync("alice");
        await alice.Phone.OpensAsync(alice.Phone.SocketPath);
        await alice.Phone.SendAsync(new { type = "auth", token = alice.Phone.AccessToken });
        await alice.Phone.ReceivesAsync("auth_ok");
    }

    [Fact, Rule("W1", "A29")]
    public async Task A_ticket_opens_one_socket_once()
    {
        var alice = await PersonAsync("alice");
        var ticket = await alice.PostAsync("/auth/ticket").AsAsync<Ticket>();
        Assert.Equal(30, ticket.ExpiresIn);
        await alice.Phone.OpensAsync($"{alice.Phone.SocketPath}?ticket={ticket.TicketValue}");
        await alice.Phone.ReceivesAsync("auth_ok");

        var again = await alice.Phone.OpensAsync($"{alice.Phone.SocketPath}?ticket={ticket.TicketValue}");
        await again.IsClosedAsync(CloseCodes.AuthenticationFailed);
    }

    [Fact, Rule("W2")]
    public async Task A_bad_token_closes_with_4001()
    {
        var alice = await PersonAsync("alice");
        var socket = await alice.Phone.OpensAsync($"{alice.Phone.SocketPath}?token=nonsense");
        await socket.IsClosedAsync(CloseCodes.AuthenticationFailed);
    }

    [Fact, Rule("W4")]
    public async Task A_path_of_another_or_of_no_device_is_told_apart()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        await (await alice.Phone.OpensAsync($"{bob.Phone.SocketPath}?token={alice.Phone.AccessToken}")).IsClosedAsync(CloseCodes.PermissionDenied);
        await (await alice.Phone.OpensAsync($"/api/v1/chat/ws/{Guid.NewGuid()}?token={alice.Phone.AccessToken}")).IsClosedAsync(CloseCodes.NotFound);
    }

    [Fact, Rule("W20", "W46")]
    public async Task A_ping_is_answered_with_its_request_id()
    {
        var alice = await PersonAsync("alice");
        await alice.ConnectsAsync();
        await alice.Phone.AsksAsync(new { type = "ping" }).IsAsync("pong");
    }

    [Fact, Rule("W24", "W23")]
    public async Task An_unknown_type_is_an_error_and_the_socket_stays()
    {
        var alice = await PersonAsync("alice");
        await alice.ConnectsAsync();
        await alice.Phone.AsksAsync(new { type = "dance" }).IsRefusedAsync(Errors.UnknownType);
        await alice.Phone.AsksAsync(new { type = "ping" }).IsAsync("pong");
    }
}

public sealed class HandshakeOnSqlite(Servers servers) : HandshakeTests(servers, Db.Sqlite);

public sealed class HandshakeOnPostgres(Servers servers) : HandshakeTests(servers, Db.Postgres);
