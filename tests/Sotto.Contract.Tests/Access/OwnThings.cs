using System.Text;
using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Access;

/// <summary>An owner with a second device and a backup blob, others, and the good request of each row of <see cref="OwnAccessTests.Table"/>.</summary>
internal sealed class OwnThings
{
    private readonly Dictionary<Actor, Person> _people = [];
    private readonly Func<string, Task<Person>> _newPerson;

    private OwnThings(Func<string, Task<Person>> newPerson) => _newPerson = newPerson;

    public required Person Owner { get; init; }

    public required TestDevice Laptop { get; init; }

    public string Etag { get; private set; } = "";

    public static async Task<OwnThings> SetAsync(AccessRow row, Func<string, Task<Person>> newPerson)
    {
        var owner = await newPerson("owner");
        var things = new OwnThings(newPerson) { Owner = owner, Laptop = await owner.NewDeviceAsync() };
        things._people[Actor.Owner] = owner;
        if (row.What.Contains("/backup/{name}", StringComparison.Ordinal))
        {
            things.Etag = (await owner.PutAsync("/backup/notes", "sealed"u8.ToArray()).IsAsync(200)).Header("ETag")!;
        }

        return things;
    }

    public async Task<Answer> TryAsync(AccessRow row, Actor actor, Rest nobody)
    {
        var person = actor == Actor.Nobody ? null : await PersonAsync(actor);
        if (row.With == "who blocked all" && person is not null && person != Owner)
        {
            await Owner.BlocksAsync(person);
        }

        var (method, path, body, headers) = Request(row, person);
        return await (person?.Phone ?? nobody).SendAsync(method, path, body, headers);
    }

    /// <summary>The request with other ids in its path, by somebody.</summary>
    public (HttpMethod Method, string Path, object? Body, (string Name, string Value)[] Headers) Request(AccessRow row, Person? person)
    {
        var path = row.What.Split(' ')[1]
            .Replace("{user_id}", Owner.Id.ToString(), StringComparison.Ordinal)
            .Replace("{device_id}", Laptop.Id.ToString(), StringComparison.Ordinal)
            .Replace("{name}", "notes", StringComparison.Ordinal);
        var query = row.Name switch
        {
            "GET /users/" => "?query=owner",
            "GET /conversations/ | public" => "?visibility=public&query=open",
            "GET /conversations/ | the support queue" => "?type=support&unassigned=true",
            _ => "",
        };
        (string, string)[] headers = row.With == "only over the owner's" ? [("If-Match", Etag)] : [];
        return (new HttpMethod(row.What.Split(' ')[0]), path + query, Body(row, person), headers);
    }

    private object? Body(AccessRow row, Person? person) => row.What switch
    {
        "PATCH ~/admin/api/users/{user_id}" => new { Role = "agent" },
        "POST /auth/register" => new Registration(row.With == "a free name" ? $"free-{TestDevice.RandomHex(5)}" : Owner.Username, "correct horse"),
        "POST /auth/login" => row.With switch
        {
            "own password" => new Credentials(person!.Username, person.Password),
            "another's password" => new Credentials(Owner.Username, "not the owner's"),
            _ => new Credentials(person!.Username, person.Password, Laptop.Id),
        },
        "POST /auth/refresh" => new RefreshRequest(row.With == "own token" ? person!.Phone.Session.RefreshToken : "nonsense"),
        "PUT /backup/{name}" => "sealed too"u8.ToArray(),
        "POST /devices/" => new DeviceDescription("tablet", "test"),
        "PATCH /devices/{device_id}" => new { Name = "renamed" },
        "PUT /devices/{device_id}/keys" => new DeviceKeys(
            TestDevice.RandomKey(), TestDevice.RandomKey(), new SignedPrekey(1, TestDevice.RandomKey(), TestDevice.RandomKey(64), DateTimeOffset.UtcNow.AddDays(7))),
        "PATCH /users/me" => new { DisplayName = "Somebody" },
        "PUT /users/me/manifest" => new Manifest(1, Convert.ToBase64String(Encoding.UTF8.GetBytes("""{"version":1}""")), TestDevice.RandomKey(64), TestDevice.RandomKey()),
        _ => null,
    };

    private async Task<Person> PersonAsync(Actor actor)
    {
        if (!_people.TryGetValue(actor, out var person))
        {
            _people[actor] = person = await _newPerson(actor.ToString().ToLowerInvariant());
            if (actor is Actor.Agent or Actor.Operator)
            {
                await Administrator.MakesAsync(person, actor == Actor.Agent ? ServerRole.Agent : ServerRole.Admin);
            }
        }

        return person;
    }
}
