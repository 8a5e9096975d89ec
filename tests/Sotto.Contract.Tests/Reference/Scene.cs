using System.Text.RegularExpressions;
using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Reference;

/// <summary>
/// Whom and what the rows talk of: Alice, Bob and Carol in a group of Alice's, with one message of hers; Dave, a stranger. Nobody publishes
/// keys. In requests <c>&lt;bob&gt;</c> stands for an id, <c>&lt;bob.phone&gt;</c> for that of a device.
/// </summary>
internal sealed partial class Scene
{
    private readonly Dictionary<string, Person> _people = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Socket> _sockets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _things = new(StringComparer.Ordinal);

    private Scene(Person alice, Conversation group, Message message) => (Alice, Group, Message) = (alice, group, message);

    public Person Alice { get; }

    public Conversation Group { get; }

    public Message Message { get; }

    /// <summary>A thing's text, wherever <c>&lt;name&gt;</c> stands.</summary>
    public string this[string name]
    {
        get => _things.TryGetValue(name, out var value) ? value : throw new KeyNotFoundException($"The scene has no <{name}>.");
        set => _things[name] = value;
    }

    public static async Task<Scene> SetAsync(Func<string, Task<Person>> newPerson)
    {
        var people = new[] { "alice", "bob", "carol", "dave" }.ToDictionary(name => name, name => newPerson(name));
        await Task.WhenAll(people.Values);
        var alice = await people["alice"];
        var group = await alice.CreatesGroupAsync(await people["bob"], await people["carol"]);
        var scene = new Scene(alice, group, await alice.SendsAsync("sealed", group));
        foreach (var (name, person) in people)
        {
            scene._people[name] = await person;
            (scene[name], scene[$"{name}.phone"]) = ((await person).Id.ToString(), (await person).Phone.Id.ToString());
            (scene[$"{name}.username"], scene[$"{name}.password"]) = ((await person).Username, (await person).Password);
            (scene[$"{name}.token"], scene[$"{name}.refresh"]) = ((await person).Phone.AccessToken!, (await person).Phone.Session.RefreshToken);
        }

        (scene["conversation_id"], scene["message_id"], scene["user_id"], scene["device_id"]) = (group.Id.ToString(), scene.Message.Id.ToString(), scene["bob"], scene["alice.phone"]);
        (scene["seq"], scene["name"], scene["new"], scene["nothing"]) = ($"{scene.Message.Seq}", "notes", TestDevice.RandomHex(8), Guid.CreateVersion7().ToString());
        (scene["key"], scene["other key"], scene["signature"]) = (TestDevice.RandomKey(), TestDevice.RandomKey(), TestDevice.RandomKey(64));
        scene["tomorrow"] = DateTimeOffset.UtcNow.AddDays(1).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");
        return scene;
    }

    public Person Who(string name) => _people[name];

    /// <summary>The socket of somebody's phone, opened when first asked for; it has caught up.</summary>
    public async Task<Socket> SocketAsync(string who)
    {
        if (!_sockets.TryGetValue(who, out var socket))
        {
            _sockets[who] = socket = await Who(who).ConnectsAsync();
            await socket.ReceivesAsync("sync_complete");
        }

        return socket;
    }

    /// <summary>A text with everything that stands in angle brackets filled in.</summary>
    public string Fill(string text) => Placeholder().Replace(text, match => this[match.Groups["name"].Value]);

    [GeneratedRegex("<(?<name>[^<>]+)>", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Placeholder();
}
