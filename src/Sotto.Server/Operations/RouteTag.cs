using System.Text.Json.Nodes;
using Sotto.Server.Http;
using Route = Sotto.Server.Http.Route;

namespace Sotto.Server.Operations;

/// <summary>The chapter of the API documents that a route stands in, told by its path.</summary>
internal sealed record RouteTag(string Title, string Description, params string[] Segments)
{
    /// <summary>In the order of the documents.</summary>
    public static IReadOnlyList<RouteTag> All { get; } =
    [
        new("Accounts", "Making an account, signing in and out, and the tokens that everything else asks for.", "auth", "well-known"),
        new("Users", "One's own profile and settings, finding others, blocking, export and erasure.", "users"),
        new("Devices and keys", "The installed clients of a user, their public keys, and what a sender needs to write to them.", "devices", "prekeys", "keys", "manifest"),
        new("Backup", "Opaque encrypted blobs that a user's clients keep on the server.", "backup"),
        new("Conversations", "Conversations of four types, their members, roles and invites.", "conversations"),
        new("Messages", "Sending, reading, editing, deleting, reacting, and how far a message has come.", "messages"),
        new("Sync", "Catching up without a socket.", "sync"),
        new("Attachments", "Uploading and downloading files that the client has encrypted.", "attachments"),
        new("Calls", "Voice and video calls: ringing, joining, signalling, history.", "calls"),
        new("Administration", "For users with the server role `admin`.", "admin"),
        new("Server", "What this server is and how it is.", "capabilities", "healthz", "readyz", "metrics", "openapi", "asyncapi"),
    ];

    public static RouteTag Of(Route route)
    {
        var words = route.Path.Replace(Routes.Prefix, "", StringComparison.Ordinal).Split('/', StringSplitOptions.RemoveEmptyEntries);
        var first = words[0].TrimStart('.');
        var isKeys = first is "users" or "conversations" && words[^1] is "devices" or "prekeys" or "manifest" && first != "messages";
        return isKeys
            ? All.First(tag => tag.Segments.Contains("prekeys"))
            : All.FirstOrDefault(tag => tag.Segments.Contains(first)) ?? throw new InvalidOperationException($"RouteTag has no chapter for {route.Path}.");
    }

    public JsonNode ToJson() => new JsonObject { ["name"] = Title, ["description"] = Description };
}
