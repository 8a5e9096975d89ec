using System.Text;
using Sotto.Contract.Tests.Stage;

namespace Sotto.Contract.Tests.Reference;

/// <summary>Devices, their keys, and what a user keeps sealed on the server.</summary>
internal static class DeviceRows
{
    private const string Keys =
        """
        {"signing_key": "<key>", "identity_key": "<other key>", "signed_prekey": {"id": 1, "key": "<key>", "signature": "<signature>", "expires_at": "<tomorrow>"},
         "one_time_prekeys": [{"id": 7, "key": "<other key>"}]}
        """;

    public static IEnumerable<Row> All { get; } =
    [
        new RouteRow("GET /api/v1/capabilities", 200, "{ version: string, oldest_sdk: string, features: string[], limits: object }") { As = "" },
        new RouteRow("GET /api/v1/devices/", 200, "{ data: Device[+], count: int }") { With = """{"data": [{"id": "<alice.phone>", "name": "phone"}], "count": 1}""" },
        new RouteRow("POST /api/v1/devices/", 201, "Device") { Sends = """{"name": "tablet", "platform": "web"}""", With = """{"name": "tablet", "platform": "web"}""" },
        new RouteRow("PATCH /api/v1/devices/{device_id}", 200, "Device") { Sends = """{"name": "old phone"}""", With = """{"id": "<alice.phone>", "name": "old phone"}""" },
        new RouteRow("DELETE /api/v1/devices/{device_id}", 204),
        new RouteRow("PUT /api/v1/devices/{device_id}/keys", 204) { Sends = Keys },
        new RouteRow("GET /api/v1/devices/{device_id}/keys/status", 200, "{ one_time_prekeys_left: int, signed_prekey_expires_at: time }")
        {
            Before = PublishAsync, With = """{"one_time_prekeys_left": 1, "signed_prekey_expires_at": "<tomorrow>"}""",
        },
        new RouteRow("GET /api/v1/users/{user_id}/devices", 200, "{ devices: PublicDevice[+], manifest?: Manifest }")
        {
            As = "bob", Before = PublishForAliceAsync, With = """{"devices": [{"device_id": "<alice.phone>", "user_id": "<alice>", "signing_key": "<key>", "identity_key": "<other key>"}]}""",
        },
        new RouteRow("GET /api/v1/users/{user_id}/devices (with a manifest)", 200, "{ devices: PublicDevice[+], manifest: Manifest }")
        {
            As = "bob", With = """{"manifest": {"version": 1}}""",
            Before = async scene =>
            {
                await PublishForAliceAsync(scene);
                Manifest(scene);
                await scene.Alice.PutAsync("/users/me/manifest", scene.Fill(Listed)).IsAsync(200);
            },
        },
        new RouteRow("PUT /api/v1/users/me/manifest", 200, "Manifest") { Before = WithManifestAsync, Sends = Listed, With = """{"version": 1}""" },
        new RouteRow("PUT /api/v1/users/me/manifest (a lower version)", 409, "Error")
        {
            Sends = Listed,
            Before = async scene =>
            {
                await WithManifestAsync(scene);
                await scene.Alice.PutAsync("/users/me/manifest", scene.Fill(Listed)).IsAsync(200);
            },
        },
        new RouteRow("GET /api/v1/conversations/{conversation_id}/devices", 200, "{ roster_version: int, devices: PublicDevice[+] }") { Before = PublishAsync },
        new RouteRow("POST /api/v1/conversations/{conversation_id}/prekeys", 200, "{ bundles: PrekeyBundle[+] }")
        {
            As = "bob", Before = PublishAsync, Sends = """{"device_ids": ["<alice.phone>"]}""",
            With =
                """
                {"bundles": [{"user_id": "<alice>", "device_id": "<alice.phone>", "signing_key": "<key>", "identity_key": "<other key>",
                 "signed_prekey": {"id": 1, "key": "<key>", "signature": "<signature>"}, "one_time_prekey": {"id": 7, "key": "<other key>"}}]}
                """,
        },
        new RouteRow("PUT /api/v1/backup/{name}", 200) { Bytes = Encoding.UTF8.GetBytes("sealed"), AnswersHeaders = ["ETag"] },
        new RouteRow("PUT /api/v1/backup/{name} (over a known version)", 200)
        {
            Before = KeepAsync, Bytes = Encoding.UTF8.GetBytes("sealed anew"), Headers = [("If-Match", "<etag>")], AnswersHeaders = ["ETag"],
        },
        new RouteRow("GET /api/v1/backup/{name}", 200) { Before = KeepAsync, AnswersHeaders = ["ETag"] },
        new RouteRow("GET /api/v1/backup/", 200, "{ data: { name: string }[+], count: int }") { Before = KeepAsync, With = """{"data": [{"name": "<name>"}], "count": 1}""" },
        new RouteRow("DELETE /api/v1/backup/{name}", 204) { Before = KeepAsync },
    ];

    private const string Listed = """{"version": 1, "payload": "<payload>", "signature": "<signature>", "certificate": "<key>"}""";

    private static Task PublishAsync(Scene scene) => scene.Alice.PutAsync($"/devices/{scene["alice.phone"]}/keys", scene.Fill(Keys)).IsAsync(204);

    private static async Task PublishForAliceAsync(Scene scene)
    {
        await PublishAsync(scene);
        scene["user_id"] = scene["alice"];
    }

    private static async Task WithManifestAsync(Scene scene)
    {
        await PublishAsync(scene);
        Manifest(scene);
    }

    private static void Manifest(Scene scene) => scene["payload"] = Convert.ToBase64String(Encoding.UTF8.GetBytes("""{"version":1}"""));

    private static async Task KeepAsync(Scene scene) =>
        scene["etag"] = (await scene.Alice.PutAsync("/backup/notes", Encoding.UTF8.GetBytes("sealed")).IsAsync(200)).Header("ETag")!;
}
