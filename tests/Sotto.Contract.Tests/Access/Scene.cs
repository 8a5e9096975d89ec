using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Access;

/// <summary>
/// A conversation of some kind with one of each: an admin, a moderator, two members, and one who was removed. In a direct one the creator stands
/// as admin and the other one as member. Whoever else is asked for comes from outside.
/// </summary>
internal sealed class Scene
{
    private readonly Dictionary<Actor, Lazy<Task<Person>>> _people = [];
    private readonly Dictionary<Actor, Guid> _written = [];

    private Scene(Func<string, Task<Person>> newPerson)
    {
        foreach (var actor in Enum.GetValues<Actor>())
        {
            _people[actor] = new Lazy<Task<Person>>(() => MakeAsync(actor, newPerson));
        }

        Other = new Lazy<Task<Person>>(() => newPerson("other"));
        Newcomer = new Lazy<Task<Person>>(() => newPerson("newcomer"));
    }

    /// <summary>A second member, to whom things are done.</summary>
    public Lazy<Task<Person>> Other { get; }

    /// <summary>Somebody without any part in it.</summary>
    public Lazy<Task<Person>> Newcomer { get; }

    public required Conversation Conversation { get; set; }

    /// <summary>The message that somebody else than the actor wrote, or what the row makes of it.</summary>
    public Guid MessageId { get; private set; }

    public string InviteCode { get; private set; } = "";

    public Task<Person> this[Actor actor] => _people[actor].Value;

    /// <summary>The actor's own message, where the row says so; who has none takes the other one.</summary>
    public Guid MessageFor(AccessRow row, Actor actor) => row.With.Contains("own message", StringComparison.Ordinal) ? _written.GetValueOrDefault(actor, MessageId) : MessageId;

    public static async Task<Scene> SetAsync(AccessRow row, Func<string, Task<Person>> newPerson)
    {
        var scene = new Scene(newPerson) { Conversation = null! };
        await (row.Kind is "direct" or "blocked" ? scene.DirectAsync(row) : scene.ManyAsync(row));
        return scene;
    }

    private async Task DirectAsync(AccessRow row)
    {
        var (admin, member) = (await this[Actor.Admin], await this[Actor.Member]);
        Conversation = await admin.CreatesDirectAsync(member);
        await WriteAsync(row, Actor.Admin, Actor.Member);
        if (row.Kind == "blocked")
        {
            await admin.BlocksAsync(member);
        }
    }

    private async Task ManyAsync(AccessRow row)
    {
        var admin = await this[Actor.Admin];
        var (member, moderator, former, other) = (await this[Actor.Member], await this[Actor.Moderator], await this[Actor.Former], await Other.Value);
        var isOlder = row.With.Contains("older", StringComparison.Ordinal);
        var early = isOlder ? new[] { other, former } : [member, moderator, former, other];
        Conversation = await CreateAsync(row, admin, early);
        if (row.Kind == "channel" && row.With == "own message, since demoted")
        {
            await ChangeRoleAsync(admin, member, MemberRole.Moderator);
        }

        if (isOlder)
        {
            MessageId = (await admin.SendsAsync("older", Conversation)).Id;
            await admin.AddsAsync(member, Conversation);
            await admin.AddsAsync(moderator, Conversation);
        }

        await ChangeRoleAsync(admin, moderator, MemberRole.Moderator);
        if (!isOlder)
        {
            await WriteAsync(row, Actor.Admin, Actor.Moderator, Actor.Member, Actor.Former);
        }

        if (row.With == "own message, since demoted")
        {
            await ChangeRoleAsync(admin, member, MemberRole.Member);
        }

        await admin.RemovesAsync(former, Conversation);
        if (row.With == "another moderator")
        {
            await ChangeRoleAsync(admin, other, MemberRole.Moderator);
        }

        if (row.With == "who blocked all")
        {
            foreach (var one in new[] { admin, moderator, member })
            {
                await (await Newcomer.Value).BlocksAsync(one);
            }
        }

        if (row.What.StartsWith("POST /conversations/join", StringComparison.Ordinal))
        {
            InviteCode = (await admin.PostAsync($"/conversations/{Conversation.Id}/invites").AsAsync<Invite>(201)).Code;
        }
    }

    private static async Task<Conversation> CreateAsync(AccessRow row, Person admin, Person[] others)
    {
        Guid[] ids = [.. others.Select(one => one.Id)];
        switch (row.Kind)
        {
            case "group":
                return await admin.CreatesAsync(new NewConversation(ConversationType.Group, "Group", Participants: ids));
            case "channel":
                return await admin.CreatesAsync(new NewConversation(ConversationType.Channel, "Channel", Participants: ids));
            case "public":
                return await admin.CreatesAsync(new NewConversation(ConversationType.Channel, "Open", ConversationVisibility.Public, Participants: ids));
            case "support":
                var support = await admin.OpensSupportAsync();
                foreach (var one in others)
                {
                    await admin.AddsAsync(one, support);
                }

                return support;
            default:
                throw new InvalidOperationException($"There is no kind of conversation \"{row.Kind}\".");
        }
    }

    /// <summary>Each who may writes a message of their own; the last one made stands for the other's.</summary>
    private async Task WriteAsync(AccessRow row, params Actor[] writers)
    {
        var isChannel = Conversation.Type == ConversationType.Channel;
        foreach (var actor in row.With.Contains("own message", StringComparison.Ordinal) ? writers : [])
        {
            var answer = await (await this[actor]).PostAsync("/messages/", new { ConversationId = Conversation.Id, Ciphertext = "own", MessageType = "text" });
            if (answer.Status == 201)
            {
                _written[actor] = answer.Json.Id("id");
            }
        }

        var author = isChannel || Conversation.Type == ConversationType.Direct ? await this[Actor.Admin] : await Other.Value;
        MessageId = row.With.Contains("system", StringComparison.Ordinal)
            ? (await author.ReadsAsync(Conversation))[^1].Id
            : (await author.SendsAsync("another's", Conversation)).Id;
        if (row.With.Contains("deleted", StringComparison.Ordinal))
        {
            await author.DeleteAsync($"/messages/{MessageId}").IsAsync(204);
            foreach (var (actor, id) in _written)
            {
                await (await this[actor]).DeleteAsync($"/messages/{id}").IsAsync(204);
            }
        }

        if (row.With.Contains("own reaction", StringComparison.Ordinal))
        {
            foreach (var actor in writers)
            {
                await (await this[actor]).PutAsync($"/messages/{MessageId}/reactions", new { Ciphertext = "+" }).IsAsync(200);
            }
        }
        else if (row.With.Contains("another's reaction", StringComparison.Ordinal))
        {
            await author.PutAsync($"/messages/{MessageId}/reactions", new { Ciphertext = "+" }).IsAsync(200);
        }
    }

    private Task ChangeRoleAsync(Person admin, Person member, MemberRole role) =>
        admin.PatchAsync($"/conversations/{Conversation.Id}/members/{member.Id}", new RoleChange(role)).IsAsync(200);

    private static async Task<Person> MakeAsync(Actor actor, Func<string, Task<Person>> newPerson)
    {
        var person = await newPerson(actor.ToString().ToLowerInvariant());
        if (actor is Actor.Agent or Actor.Operator)
        {
            await Administrator.MakesAsync(person, actor == Actor.Agent ? ServerRole.Agent : ServerRole.Admin);
        }

        return person;
    }
}
