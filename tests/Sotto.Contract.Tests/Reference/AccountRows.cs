using Sotto.Contract.Tests.Stage;

namespace Sotto.Contract.Tests.Reference;

/// <summary>Accounts, sessions and what one user sees of another.</summary>
internal static class AccountRows
{
    public static IEnumerable<Row> All { get; } =
    [
        new RouteRow("POST /api/v1/auth/register", 201, "Session")
        {
            As = "", Sends = """{"username": "erin-<new>", "password": "correct horse", "display_name": "Erin", "device": {"name": "phone", "platform": "web"}}""",
            With = """{"user": {"username": "erin-<new>", "display_name": "Erin"}, "device": {"name": "phone", "platform": "web"}, "token_type": "bearer", "expires_in": 900}""",
        },
        new RouteRow("POST /api/v1/auth/register (the least)", 201, "Session")
        {
            As = "", Sends = """{"username": "erin-<new>", "password": "correct horse"}""",
        },
        new RouteRow("POST /api/v1/auth/login", 200, "Session")
        {
            As = "", Sends = """{"username": "<alice.username>", "password": "<alice.password>", "device_id": "<alice.phone>"}""",
            With = """{"user": {"id": "<alice>"}, "device": {"id": "<alice.phone>"}, "token_type": "bearer", "expires_in": 900}""",
        },
        new RouteRow("POST /api/v1/auth/login (a new device)", 200, "Session")
        {
            As = "", Sends = """{"username": "<alice.username>", "password": "<alice.password>", "device": {"name": "laptop"}}""",
            With = """{"user": {"id": "<alice>"}, "device": {"name": "laptop"}}""",
        },
        new RouteRow("POST /api/v1/auth/refresh", 200, "Session")
        {
            As = "", Sends = """{"refresh_token": "<alice.refresh>"}""", With = """{"user": {"id": "<alice>"}, "device": {"id": "<alice.phone>"}, "token_type": "bearer"}""",
        },
        new RouteRow("POST /api/v1/auth/refresh (used twice)", 401, "Error")
        {
            As = "", Sends = """{"refresh_token": "<alice.refresh>"}""", With = """{"error_code": "REFRESH_REUSED"}""",
            Before = scene => new Rest(scene.Alice.Phone.Server).PostAsync("/auth/refresh", scene.Fill("""{"refresh_token": "<alice.refresh>"}""")).IsAsync(200),
        },
        new RouteRow("POST /api/v1/auth/logout", 204),
        new RouteRow("POST /api/v1/auth/ticket", 200, "{ ticket: string, expires_in: int }") { With = """{"expires_in": 30}""" },
        new RouteRow("GET /.well-known/jwks.json", 200, "{ keys: { kty: 'EC', crv: 'P-256', kid: string, alg: 'ES256', use: 'sig', x: string, y: string }[+] }") { As = "" },
        new RouteRow("GET /api/v1/users/me", 200, "User") { With = """{"id": "<alice>", "username": "<alice.username>", "display_name": "alice"}""" },
        new RouteRow("PATCH /api/v1/users/me", 200, "User & { avatar: string }")
        {
            Sends = """{"display_name": "Alicia", "avatar": "sealed", "status": "busy", "settings": {"discoverable": false}}""",
            With = """{"display_name": "Alicia", "avatar": "sealed", "settings": {"discoverable": false}}""",
        },
        new RouteRow("GET /api/v1/users/", 200, "{ data: PublicUser[+], count: int }")
        {
            Query = "?query=<bob.username>&skip=0&limit=10", With = """{"data": [{"id": "<bob>", "username": "<bob.username>", "display_name": "bob"}], "count": 1}""",
        },
        new RouteRow("GET /api/v1/users/{user_id}", 200, "PublicUser") { With = """{"id": "<bob>", "username": "<bob.username>", "display_name": "bob", "status": "offline"}""" },
        new RouteRow("GET /api/v1/users/{user_id} (seen before)", 200, "PublicUser & { last_seen: time }")
        {
            Before = async scene =>
            {
                await (await scene.SocketAsync("bob")).AsksAsync("""{"type": "ping"}""");
                await scene.SocketAsync("alice");
                await (await scene.SocketAsync("bob")).CloseAsync();
                await (await scene.SocketAsync("alice")).ReceivesAsync("user_status", new { user_id = scene["bob"], status = "offline" });
            },
        },
        new RouteRow("PUT /api/v1/users/{user_id}/block", 204),
        new RouteRow("DELETE /api/v1/users/{user_id}/block", 204) { Before = scene => scene.Alice.BlocksAsync(scene.Who("bob")) },
        new RouteRow("GET /api/v1/users/me/blocks", 200, "{ data: PublicUser[+], count: int }")
        {
            Before = scene => scene.Alice.BlocksAsync(scene.Who("bob")), With = """{"data": [{"id": "<bob>"}], "count": 1}""",
        },
        new RouteRow("GET /api/v1/users/me/export", 200, "{ user: User, devices: Device[+], conversations: Conversation[+] }") { With = """{"user": {"id": "<alice>"}}""" },
        new RouteRow("DELETE /api/v1/users/me", 204),
    ];
}
