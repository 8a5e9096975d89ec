using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Access;

/// <summary>The good request of each row of <see cref="ConversationAccessTests.Table"/>, and the frame of each row of <see cref="CommandAccessTests.Table"/>.</summary>
internal static class ConversationRequests
{
    public static async Task<(string Path, object? Body)> OfAsync(AccessRow row, Scene scene, Actor actor, Person? person)
    {
        var path = row.What.Split(' ')[1]
            .Replace("/conversations/{id}", $"/conversations/{scene.Conversation.Id}", StringComparison.Ordinal)
            .Replace("/messages/{id}", $"/messages/{scene.MessageFor(row, actor)}", StringComparison.Ordinal);
        if (path.Contains("{user_id}", StringComparison.Ordinal))
        {
            path = path.Replace("{user_id}", (await TargetAsync(row, scene, person)).ToString(), StringComparison.Ordinal);
        }

        if (row.What == "GET /messages/")
        {
            path += $"?conversation_id={scene.Conversation.Id}";
        }

        return (path, await BodyAsync(row, scene, person));
    }

    private static async Task<Guid> TargetAsync(AccessRow row, Scene scene, Person? person) => row.With switch
    {
        "a member" when row.Kind == "direct" => (await scene[Actor.Member]).Id,
        "a member" or "another moderator" or "who is a member" => (await scene.Other.Value).Id,
        "the admin" => (await scene[Actor.Admin]).Id,
        "oneself" or "oneself, to member" => person?.Id ?? Guid.CreateVersion7(),
        "who doesn't exist" => Guid.CreateVersion7(),
        _ => (await scene.Newcomer.Value).Id,
    };

    private static async Task<object?> BodyAsync(AccessRow row, Scene scene, Person? person)
    {
        switch (row.What)
        {
            case "PATCH /conversations/{id}":
                return row.With switch
                {
                    "what all see" => new ConversationChanges(Title: "Other"),
                    "the visibility" => new ConversationChanges(Visibility: ConversationVisibility.Public),
                    _ => new ConversationChanges(Archived: true),
                };
            case "POST /conversations/{id}/prekeys":
                var of = row.With == "a device of a member" ? await scene.Other.Value : await scene.Newcomer.Value;
                await of.Phone.PublishesKeysAsync();
                return new PrekeyRequest([of.Phone.Id]);
            case "POST /conversations/{id}/members":
                return new NewMembers(await TargetAsync(row, scene, person), RoleIn(row.With));
            case "PATCH /conversations/{id}/members/{user_id}":
                return new RoleChange(row.With == "oneself, to member" ? MemberRole.Member : MemberRole.Moderator);
            case "POST /conversations/join":
                return new JoinByCode(scene.InviteCode);
            case "POST /conversations/":
                return await NewConversationAsync(row, scene, person);
            case "POST /messages/":
                return await MessageAsync(row, scene, person);
            case "PATCH /messages/{id}":
                return new { Ciphertext = "other" };
            case "POST /messages/{id}/keys":
                return new { RecipientKeys = new[] { await KeyAsync(row, scene, person) } };
            case "PUT /messages/{id}/reactions":
                return new { Ciphertext = "+" };
            case "POST /messages/{id}/status":
                return new { Status = "read" };
            case "POST /sync/ack":
                return new { ConversationId = scene.Conversation.Id, Seq = 1 };
            default:
                return null;
        }
    }

    private static MemberRole? RoleIn(string with) =>
        with.EndsWith("as admin", StringComparison.Ordinal) ? MemberRole.Admin
        : with.EndsWith("as moderator", StringComparison.Ordinal) ? MemberRole.Moderator
        : null;

    private static async Task<NewConversation> NewConversationAsync(AccessRow row, Scene scene, Person? person)
    {
        if (row.Kind != "blocked")
        {
            return new NewConversation(ConversationType.Direct, Participants: [(await scene.Newcomer.Value).Id]);
        }

        var other = person == await scene[Actor.Admin] ? await scene[Actor.Member] : await scene[Actor.Admin];
        return row.With == "a direct one"
            ? new NewConversation(ConversationType.Direct, Participants: [other.Id])
            : new NewConversation(ConversationType.Group, Participants: [other.Id, (await scene.Newcomer.Value).Id]);
    }

    private static async Task<object> MessageAsync(AccessRow row, Scene scene, Person? person)
    {
        var reply = row.With switch
        {
            "a reply" or "a reply to an older one" => scene.MessageId,
            "a reply to elsewhere" => await ElsewhereAsync(scene, person),
            _ => (Guid?)null,
        };
        var stranger = await scene.Newcomer.Value;
        return new
        {
            ConversationId = scene.Conversation.Id,
            Ciphertext = "hello",
            MessageType = row.With == "type system" ? "system" : "text",
            ReplyToId = reply,
            RecipientKeys = row.With == "a key for a stranger" ? [TestDevice.Wrap(stranger.Id, stranger.Phone.Id)] : Array.Empty<WrappedKey>(),
        };
    }

    /// <summary>A message that the actor may read, but of another conversation.</summary>
    private static async Task<Guid> ElsewhereAsync(Scene scene, Person? person)
    {
        var newcomer = await scene.Newcomer.Value;
        return person is null ? Guid.CreateVersion7() : (await newcomer.SendsAsync("elsewhere", await newcomer.CreatesDirectAsync(person))).Id;
    }

    private static async Task<WrappedKey> KeyAsync(AccessRow row, Scene scene, Person? person)
    {
        var reader = row.With.EndsWith("for a stranger", StringComparison.Ordinal) ? await scene.Newcomer.Value
            : row.With.EndsWith("for oneself", StringComparison.Ordinal) && person is not null ? person
            : await scene.Other.Value;
        return TestDevice.Wrap(reader.Id, reader.Phone.Id);
    }

    /// <summary>The frame of a command.</summary>
    public static object Frame(AccessRow row, Scene scene, Actor actor)
    {
        var conversation = scene.Conversation.Id;
        var message = scene.MessageFor(row, actor);
        return row.What switch
        {
            "join_conversation" or "leave_conversation" => new { Type = row.What, ConversationId = conversation },
            "send_message" => new
            {
                Type = row.What, ConversationId = conversation, Ciphertext = "hello", MessageType = row.With == "type system" ? "system" : "text",
                ReplyToId = row.With.StartsWith("a reply", StringComparison.Ordinal) ? message : (Guid?)null,
            },
            "edit_message" => new { Type = row.What, MessageId = message, Ciphertext = "other" },
            "delete_message" => new { Type = row.What, MessageId = message },
            "react" => new { Type = row.What, MessageId = message, Ciphertext = row.With.EndsWith("reaction", StringComparison.Ordinal) ? null : "+" },
            "ack" => new { Type = row.What, ConversationId = conversation, Seq = 1 },
            "message_status" => new { Type = row.What, MessageId = message, Status = "read" },
            "typing" => new { Type = row.What, ConversationId = conversation, IsTyping = true },
            _ => throw new InvalidOperationException($"There is no frame for {row.What}."),
        };
    }
}
