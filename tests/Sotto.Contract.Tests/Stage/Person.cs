using Sotto.Contracts;

namespace Sotto.Contract.Tests.Stage;

/// <summary>Somebody with an account. Verbs are said by the first device unless another is named.</summary>
public sealed class Person
{
    private readonly Play _play;

    internal Person(Play play, TestServer server, string password, SignedIn session)
    {
        (_play, Password, User) = (play, password, session.User);
        Phone = new TestDevice(play, this, server, session);
    }

    public User User { get; }

    public Guid Id => User.Id;

    public string Username => User.Username;

    public string Password { get; }

    /// <summary>The device that registered.</summary>
    public TestDevice Phone { get; }

    /// <summary>Logs in on a new device.</summary>
    public async Task<TestDevice> NewDeviceAsync(string name = "laptop")
    {
        var session = await new Rest(Phone.Server)
            .PostAsync("/auth/login", new Credentials(Username, Password, Device: new DeviceDescription(name, "test"))).AsAsync<SignedIn>();
        return new TestDevice(_play, this, Phone.Server, session);
    }

    public Task<Answer> GetAsync(string path) => Phone.GetAsync(path);

    public Task<Answer> PostAsync(string path, object? body = null, params IEnumerable<(string Name, string Value)> headers) => Phone.PostAsync(path, body, headers);

    public Task<Answer> PutAsync(string path, object? body = null, params IEnumerable<(string Name, string Value)> headers) => Phone.PutAsync(path, body, headers);

    public Task<Answer> PatchAsync(string path, object? body = null) => Phone.PatchAsync(path, body);

    public Task<Answer> DeleteAsync(string path, object? body = null) => Phone.DeleteAsync(path, body);

    public Task<Socket> ConnectsAsync() => Phone.ConnectsAsync();

    /// <summary>The direct conversation with somebody, new or not.</summary>
    public async Task<Conversation> CreatesDirectAsync(Person other)
    {
        var answer = await PostAsync("/conversations/", new NewConversation(ConversationType.Direct, Participants: [other.Id]));
        Assert.True(answer.Status is 200 or 201, $"{answer.Request} answered {answer.Status}: {answer.Body}");
        return answer.Json.As<Conversation>();
    }

    public Task<Conversation> CreatesGroupAsync(params Person[] others) => CreatesAsync(new NewConversation(ConversationType.Group, "Group", Participants: Ids(others)));

    public Task<Conversation> CreatesChannelAsync(params Person[] others) => CreatesAsync(new NewConversation(ConversationType.Channel, "Channel", Participants: Ids(others)));

    public Task<Conversation> OpensSupportAsync() => CreatesAsync(new NewConversation(ConversationType.Support, "Help"));

    public Task<Conversation> CreatesAsync(NewConversation conversation) => PostAsync("/conversations/", conversation).AsAsync<Conversation>(201);

    /// <summary>Sends as a plain client does: no keys of its own, none for others.</summary>
    public Task<Message> SendsAsync(string ciphertext, Conversation to) => SendsAsync(ciphertext, to.Id);

    public Task<Message> SendsAsync(string ciphertext, Guid to) =>
        PostAsync("/messages/", new { ConversationId = to, Ciphertext = ciphertext, MessageType = "text", RecipientKeys = Array.Empty<WrappedKey>() }).AsAsync<Message>(201);

    public async Task AddsAsync(Person other, Conversation to, MemberRole? role = null)
    {
        var answer = await PostAsync($"/conversations/{to.Id}/members", new NewMembers(other.Id, role));
        Assert.True(answer.Status == 201, $"{answer.Request} answered {answer.Status}: {answer.Body}");
    }

    public Task RemovesAsync(Person other, Conversation from) => DeleteAsync($"/conversations/{from.Id}/members/{other.Id}").IsAsync(200);

    public Task LeavesAsync(Conversation conversation) => RemovesAsync(this, conversation);

    public Task BlocksAsync(Person other) => PutAsync($"/users/{other.Id}/block").IsAsync(204);

    /// <summary>The conversation as this person sees it now.</summary>
    public Task<Conversation> SeesAsync(Conversation conversation) => GetAsync($"/conversations/{conversation.Id}").AsAsync<Conversation>();

    /// <summary>The newest messages of a conversation, newest first.</summary>
    public async Task<IReadOnlyList<Message>> ReadsAsync(Conversation conversation) =>
        (await GetAsync($"/messages/?conversation_id={conversation.Id}").AsAsync<Page<Message>>()).Data;

    private static Guid[] Ids(Person[] people) => [.. people.Select(p => p.Id)];
}
