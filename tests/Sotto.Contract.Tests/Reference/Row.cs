using System.Text.Json;
using Sotto.Contract.Tests.Stage;

namespace Sotto.Contract.Tests.Reference;

/// <summary>
/// One promise to clients: a route, a frame, an event, an error or a close code, by its name, with what is sent word for word and the form of
/// what comes back. What stands behind the name in brackets tells rows of one name apart.
/// </summary>
internal abstract record Row(string Name)
{
    /// <summary>What must have happened before.</summary>
    public Func<Scene, Task>? Before { get; init; }

    /// <summary>Who speaks; empty is somebody without a token.</summary>
    public string As { get; init; } = "alice";

    /// <summary>What is sent, as JSON.</summary>
    public string? Sends { get; init; }

    /// <summary>Values that must stand in what comes back, at any depth.</summary>
    public string? With { get; init; }

    /// <summary>The server's settings, where the row asks for a server of its own.</summary>
    public IReadOnlyList<(string Name, string Value)> Settings { get; init; } = [];

    /// <summary>The name without what tells rows apart.</summary>
    public string Key => Name.Split(" (")[0];

    public async Task PlayAsync(Scene scene)
    {
        if (Before is not null)
        {
            await Before(scene);
        }

        await TryAsync(scene);
    }

    protected abstract Task TryAsync(Scene scene);

    protected void MustFit(Scene scene, string? type, string? with, JsonElement value)
    {
        var failures = type is null ? [] : Shape.Failures(type, value);
        Assert.True(failures.Count == 0, $"{Name}: {string.Join("; ", failures)}\n{value}");
        Assert.True(with is null || value.Holds(Json.Element(scene.Fill(with))), $"{Name} must hold {scene.Fill(with ?? "")}, but: {value}");
    }
}

/// <summary>A request by method and path, such as <c>GET /api/v1/users/{user_id}</c>.</summary>
internal sealed record RouteRow(string Name, int Status, string? Answer = null) : Row(Name)
{
    /// <summary>What follows the path.</summary>
    public string Query { get; init; } = "";

    /// <summary>The body where it isn't JSON.</summary>
    public byte[]? Bytes { get; init; }

    public (string Name, string Value)[] Headers { get; init; } = [];

    /// <summary>Headers that must be on the answer.</summary>
    public string[] AnswersHeaders { get; init; } = [];

    protected override async Task TryAsync(Scene scene)
    {
        var (method, path) = (Key.Split(' ')[0], Key.Split(' ')[1]);
        var rest = As.Length > 0 ? scene.Who(As).Phone : new Rest(scene.Alice.Phone.Server);
        var at = scene.Fill("~" + path.Replace('{', '<').Replace('}', '>') + Query);
        var answer = (await rest.SendAsync(new HttpMethod(method), at, (object?)Bytes ?? (Sends is null ? null : scene.Fill(Sends)), Headers.Select(h => (h.Name, scene.Fill(h.Value))))).MustBe(Status);
        Assert.All(AnswersHeaders, name => Assert.NotNull(answer.Header(name)));
        if (Answer is not null || With is not null)
        {
            Assert.StartsWith("application/json", answer.Header("Content-Type"), StringComparison.Ordinal);
            MustFit(scene, Answer, With, answer.Json);
        }
        else if (Status == 204)
        {
            Assert.Empty(answer.Bytes);
        }
    }
}

/// <summary>A frame from a client, such as <c>frame send_message</c>, and the frame it causes: <see cref="To"/> whom, of which type and with which data.</summary>
internal sealed record FrameRow(string Name, string Causes, string Data) : Row(Name)
{
    /// <summary>Who gets the frame that it causes; the sender where nobody is named.</summary>
    public string? To { get; init; }

    protected override async Task TryAsync(Scene scene)
    {
        var receiver = await scene.SocketAsync(To ?? As);
        var json = Json.Element(scene.Fill(Sends!));
        Assert.Equal(Key.Split(' ')[1], json.Text("type"));
        await (await scene.SocketAsync(As)).SendAsync(json.GetRawText());
        var wanted = With is null ? (JsonElement?)null : Json.Element(scene.Fill(With));
        var frame = await receiver.ReceivesAsync(Causes, f => wanted is not { } part || f.Data.Holds(part));
        MustFit(scene, Data, null, frame.Data);
        Assert.Equal(json.Text("request_id"), frame.RequestId);
    }
}

/// <summary>A frame from the server, such as <c>event typing</c>, what is done for it to come, and to whom it comes.</summary>
internal sealed record EventRow(string Name, string Data, Func<Scene, Task> When) : Row(Name)
{
    public string To { get; init; } = "bob";

    /// <summary>Whether it comes when a socket is opened.</summary>
    public bool Opens { get; init; }

    protected override async Task TryAsync(Scene scene)
    {
        var device = scene.Who(To).Phone;
        var socket = Opens ? await device.OpensAsync($"{device.SocketPath}?token={device.AccessToken}") : await scene.SocketAsync(To);
        await When(scene);
        var wanted = With is null ? (JsonElement?)null : Json.Element(scene.Fill(With));
        var frame = await socket.ReceivesAsync(Key.Split(' ')[1], f => wanted is not { } part || f.Data.Holds(part));
        MustFit(scene, "{ type: string, data: object }", null, frame.Json);
        MustFit(scene, Data, null, frame.Data);
    }
}

/// <summary>What is tried in its own way, such as <c>close 4003</c>.</summary>
internal sealed record OtherRow(string Name, Func<Scene, Task> Trying) : Row(Name)
{
    protected override Task TryAsync(Scene scene) => Trying(scene);
}
