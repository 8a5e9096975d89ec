using Sotto.Contract.Tests.Stage;

namespace Sotto.Contract.Tests.Reference;

/// <summary>Conversations of each type and visibility, their members and invites.</summary>
internal static class ConversationRows
{
    public static IEnumerable<Row> All { get; } =
    [
        new RouteRow("GET /api/v1/conversations/", 200, "{ data: Conversation[+], count: int }")
        {
            Query = "?skip=0&limit=100",
            With =
                """
                {"data": [{"id": "<conversation_id>", "title": "Group", "type": "group", "visibility": "private", "creator_id": "<alice>", "member_count": 3,
                 "last_message_id": "<message_id>", "archived": false}], "count": 1}
                """,
        },
        new RouteRow("GET /api/v1/conversations/ (nothing asked)", 200, "{ data: Conversation[+], count: int }") { As = "bob" },
        new RouteRow("GET /api/v1/conversations/ (beyond the end)", 200) { Query = "?skip=1", With = """{"data": [], "count": 1}""" },
        new RouteRow("GET /api/v1/conversations/ (over the limit)", 422, "Error") { Query = "?limit=101", With = """{"error_code": "VALIDATION_ERROR"}""" },
        new RouteRow("GET /api/v1/conversations/ (public ones)", 200, "{ data: Conversation[+], count: int }")
        {
            As = "dave", Before = scene => OpenAsync(scene, "public"), Query = "?visibility=public&query=Open <new>",
            With = """{"data": [{"id": "<conversation_id>", "visibility": "public"}], "count": 1}""",
        },
        new RouteRow("GET /api/v1/conversations/ (the support queue)", 200, "{ data: Conversation[+], count: int }")
        {
            As = "dave", Query = "?type=support&unassigned=true&limit=1",
            Before = async scene =>
            {
                await scene.Alice.OpensSupportAsync();
                await Administrator.MakesAsync(scene.Who("dave"), Contracts.ServerRole.Agent);
            },
        },
        new RouteRow("POST /api/v1/conversations/", 201, "Conversation & Own")
        {
            Sends =
                """
                {"title": "New Group Chat", "type": "group", "visibility": "private", "description": "Discussion about project updates", "participants": ["<bob>", "<carol>", "<dave>"]}
                """,
            With =
                """
                {"title": "New Group Chat", "type": "group", "visibility": "private", "description": "Discussion about project updates", "creator_id": "<alice>", "member_count": 4,
                 "archived": false, "membership": {"user_id": "<alice>", "role": "admin", "unread_count": 0, "is_muted": false}}
                """,
        },
        Creating("direct", """{"type": "direct", "participants": ["<bob>"]}""", """{"type": "direct", "visibility": "private", "member_count": 2}"""),
        Creating("channel", """{"title": "News", "type": "channel", "participants": []}""", """{"type": "channel", "visibility": "private", "member_count": 1}"""),
        Creating("support", """{"title": "Help", "type": "support"}""", """{"type": "support", "visibility": "private", "member_count": 1}"""),
        Creating("public", """{"title": "Open", "type": "channel", "visibility": "public"}""", """{"visibility": "public"}"""),
        Creating("invite only", """{"title": "Invited", "type": "channel", "visibility": "invite_only"}""", """{"visibility": "invite_only"}"""),
        new RouteRow("POST /api/v1/conversations/ (the same two again)", 200, "Conversation")
        {
            Before = scene => scene.Alice.CreatesDirectAsync(scene.Who("bob")), Sends = """{"type": "direct", "participants": ["<bob>"]}""", With = """{"type": "direct"}""",
        },
        new RouteRow("POST /api/v1/conversations/ (too few for a group)", 422, "Error")
        {
            Sends = """{"title": "Two", "type": "group", "participants": ["<bob>"]}""", With = """{"error_code": "GROUP_TOO_SMALL"}""",
        },
        new RouteRow("GET /api/v1/conversations/{conversation_id}", 200, "Conversation & Own")
        {
            As = "bob", With = """{"id": "<conversation_id>", "type": "group", "membership": {"user_id": "<bob>", "role": "member", "unread_count": 1}}""",
        },
        new RouteRow("PATCH /api/v1/conversations/{conversation_id}", 200, "Conversation & Own")
        {
            Sends = """{"title": "Renamed", "description": "Anew", "visibility": "public", "message_ttl_seconds": 86400}""",
            With = """{"title": "Renamed", "description": "Anew", "visibility": "public", "message_ttl_seconds": 86400}""",
        },
        new RouteRow("PATCH /api/v1/conversations/{conversation_id} (for oneself)", 200, "Conversation & Own")
        {
            As = "bob", Sends = """{"archived": true, "is_muted": true}""", With = """{"archived": true, "membership": {"is_muted": true}}""",
        },
        new RouteRow("DELETE /api/v1/conversations/{conversation_id}", 204),
        new RouteRow("GET /api/v1/conversations/{conversation_id}/members", 200, "{ data: ConversationMember[+], count: int }") { With = """{"count": 3}""" },
        new RouteRow("POST /api/v1/conversations/{conversation_id}/members", 201, "ConversationMember")
        {
            Sends = """{"user_id": "<dave>", "role": "moderator"}""", With = """{"conversation_id": "<conversation_id>", "user_id": "<dave>", "role": "moderator"}""",
        },
        new RouteRow("POST /api/v1/conversations/{conversation_id}/members (several)", 201, "{ data: ConversationMember[+], count: int }")
        {
            Sends = """{"user_ids": ["<dave>"]}""", With = """{"data": [{"user_id": "<dave>", "role": "member"}], "count": 1}""",
        },
        new RouteRow("POST /api/v1/conversations/{conversation_id}/members (of two)", 409, "Error")
        {
            Sends = """{"user_id": "<dave>"}""", With = """{"error_code": "MEMBERS_FIXED"}""",
            Before = async scene => scene["conversation_id"] = (await scene.Alice.CreatesDirectAsync(scene.Who("bob"))).Id.ToString(),
        },
        new RouteRow("PATCH /api/v1/conversations/{conversation_id}/members/{user_id}", 200, "ConversationMember")
        {
            Sends = """{"role": "moderator"}""", With = """{"user_id": "<bob>", "role": "moderator"}""",
        },
        new RouteRow("DELETE /api/v1/conversations/{conversation_id}/members/{user_id}", 200, "{ message: string }") { With = """{"message": "Member removed"}""" },
        new RouteRow("DELETE /api/v1/conversations/{conversation_id}/members/{user_id} (oneself)", 200, "{ message: string }") { As = "bob", With = """{"message": "Member removed"}""" },
        new RouteRow("POST /api/v1/conversations/{conversation_id}/join", 200, "Conversation & Own")
        {
            As = "dave", Before = scene => OpenAsync(scene, "public"), With = """{"member_count": 2, "membership": {"user_id": "<dave>", "role": "member"}}""",
        },
        new RouteRow("POST /api/v1/conversations/{conversation_id}/invites", 201, "Invite") { Before = scene => OpenAsync(scene, "invite_only") },
        new RouteRow("POST /api/v1/conversations/join", 200, "Conversation & Own")
        {
            As = "dave", Sends = """{"code": "<code>"}""", With = """{"id": "<conversation_id>", "membership": {"user_id": "<dave>"}}""",
            Before = async scene =>
            {
                await OpenAsync(scene, "invite_only");
                scene["code"] = (await scene.Alice.PostAsync($"/conversations/{scene["conversation_id"]}/invites").JsonAsync(201)).Text("code")!;
            },
        },
    ];

    private static RouteRow Creating(string what, string sends, string with) =>
        new($"POST /api/v1/conversations/ ({what})", 201, "Conversation & Own") { Sends = sends, With = with };

    private static async Task OpenAsync(Scene scene, string visibility) =>
        scene["conversation_id"] = (await scene.Alice.PostAsync("/conversations/", new { title = scene.Fill("Open <new>"), type = "channel", visibility }).JsonAsync(201)).Text("id")!;
}
