using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Torture;

/// <summary>
/// Sends bad input by every door, each followed by good input that must work, while bystanders talk in the same conversation: one writes, one reads.
/// </summary>
internal sealed class Attacker(Samples samples, Mutations mutations, Random random, Person mallory, Person writer, Person reader, Rest administrator) : IAsyncDisposable
{
    private static readonly HashSet<string> NotMine = ["INTERNAL_ERROR", "UNAVAILABLE"];

    private readonly Dictionary<Guid, long> _acknowledged = [];
    private readonly List<(Guid Id, long Seq)> _received = [];
    private readonly SortedSet<long> _seqs = [];
    private Conversation _talk = null!;
    private Conversation _changed = null!;
    private TestDevice _tablet = null!;
    private TestDevice _spare = null!;
    private Socket? _socket;
    private Guid _target = Guid.CreateVersion7();
    private Guid _clientId = Guid.CreateVersion7();
    private string _call = Guid.CreateVersion7().ToString();
    private int _words;

    /// <summary>How often each answer came, such as <c>POST 422</c> or <c>socket 4002</c>.</summary>
    public SortedDictionary<string, int> Outcomes { get; } = new(StringComparer.Ordinal);

    public async Task PreparesAsync()
    {
        _talk = await mallory.CreatesGroupAsync(writer, reader);
        _changed = await mallory.CreatesGroupAsync(writer, reader);
        _tablet = await writer.NewDeviceAsync("tablet");
        _spare = await writer.NewDeviceAsync("spare");
        await reader.ConnectsAsync();
        await writer.ConnectsAsync();
        await SendsAGoodWordAsync();
    }

    /// <summary>One attack, and now and then a word between the bystanders.</summary>
    public async Task AttacksAsync()
    {
        var kind = random.Next(100);
        var attack = kind < 45 ? SpoilsAFrameAsync() : kind < 90 ? SpoilsABodyAsync() : kind < 96 ? SpoilsAPathAsync() : kind < 98 ? SpoilsATokenAsync() : SpoilsTheFirstFrameAsync();
        await attack;
        if (++_words % 25 == 0)
        {
            await SendsAGoodWordAsync();
        }
    }

    /// <summary>Every good sample must be understood: else nothing is learned from spoiling it.</summary>
    public async Task TriesTheSamplesAsync()
    {
        foreach (var sample in samples.Bodies)
        {
            var body = Fill(sample.Body!, sample.Path);
            var answer = await SpeakerOf(sample.Path).SendAsync(new HttpMethod(sample.Method), Path(sample), body);
            Saw(answer);
            Assert.True(!IsMalformed(answer) && (answer.Status != 422 || sample.Body!.Count > 2), $"The sample of {sample} isn't understood: {answer.Body}\n{body}");
        }

        foreach (var sample in samples.Commands.Where(sample => sample["type"]!.GetValue<string>() != "auth"))
        {
            var frame = Fill(sample, "");
            await SendsFrameAsync(Encoding.UTF8.GetBytes(frame), isGood: true);
        }
    }

    /// <summary>The log is dense, holds once what was acknowledged and nothing else, and the reader has heard all of it in order.</summary>
    public async Task ChecksTheLogAsync()
    {
        await SendsAGoodWordAsync();
        var stored = new List<Message>();
        long after = 0;
        while (await reader.GetAsync($"/messages/?conversation_id={_talk.Id}&order=asc&after_seq={after}").AsAsync<Page<Message>>() is { Data.Count: > 0 } page)
        {
            stored.AddRange(page.Data);
            after = page.Data[^1].Seq;
        }

        var last = (await reader.SeesAsync(_talk)).LastSeq;
        var texts = stored.Where(m => m.MessageType != MessageType.System).Select(m => (m.Id, m.Seq)).ToArray();
        Assert.Equal(texts.Length, texts.Distinct().Count());
        Assert.Equal(_acknowledged.Select(one => (one.Key, one.Value)).OrderBy(one => one.Value), texts);
        Assert.Equal(texts, _received);
        var systems = stored.Where(m => m.MessageType == MessageType.System).Select(m => m.Seq);
        Assert.Equal(Enumerable.Range(1, (int)last).Select(n => (long)n), _seqs.Union(systems).Order());
    }

    public async ValueTask DisposeAsync()
    {
        if (_socket is not null)
        {
            await _socket.DisposeAsync();
        }
    }

    private async Task SpoilsAFrameAsync()
    {
        var sample = samples.Commands[random.Next(samples.Commands.Count)];
        await SendsFrameAsync(mutations.Mutate(Fill(sample, "")), isGood: false);
    }

    private async Task SendsFrameAsync(byte[] frame, bool isGood)
    {
        var socket = await ConnectedAsync();
        try
        {
            await socket.SendBytesAsync(frame);
        }
        catch (Exception gone) when (gone is WebSocketException or IOException)
        {
            // The answer says why.
        }

        var stays = await socket.AsksUnlessEndedAsync(new { type = "ping" }) is not null;
        Saw(socket.TakesAll(), frame, isGood);
        if (stays)
        {
            Count("socket stays");
            Assert.True(Wellformed.IsJson(frame), $"A frame that isn't JSON must close the socket: {Show(frame)}");
            return;
        }

        var code = await socket.IsClosedAsync();
        Count("socket " + code.ToString(CultureInfo.InvariantCulture));
        var expected = frame.Length > 512 * 1024 ? 1009 : 4002;
        Assert.True(code == expected && !isGood && !Wellformed.IsJson(frame), $"The frame must not close the socket with {code}: {Show(frame)}");
        await socket.DisposeAsync();
        _socket = null;
    }

    private async Task SpoilsABodyAsync()
    {
        var sample = samples.Bodies[random.Next(samples.Bodies.Count)];
        var body = mutations.Mutate(Fill(sample.Body!, sample.Path));
        var answer = await SpeakerOf(sample.Path).SendAsync(new HttpMethod(sample.Method), Path(sample), body, ("Content-Type", "application/json"));
        Saw(answer, body);
        Assert.True(Wellformed.IsJson(body) || IsMalformed(answer) || body.Length == 0, $"{answer.Request} must call a body malformed that isn't JSON, but answered {answer.Status}: {Show(body)}");
        Assert.True(!Wellformed.IsJson(body) || !IsMalformed(answer), $"{answer.Request} calls JSON malformed: {Show(body)}");
    }

    private async Task SpoilsAPathAsync()
    {
        var sample = samples.Paths[random.Next(samples.Paths.Count)];
        var parts = sample.Path.Split('/');
        var holes = Enumerable.Range(0, parts.Length).Where(i => parts[i] is ['{', ..]).ToArray();
        var spoilt = holes.Length > 0 && (sample.Query.Count == 0 || sample.Method != "GET" || random.Next(2) == 0) ? holes[random.Next(holes.Length)] : -1;
        var path = string.Join('/', parts.Select((part, i) => i == spoilt ? mutations.PathValue() : part is ['{', ..] ? IdFor(part.Trim('{', '}'), sample.Path)! : part));
        var query = string.Join('&', sample.Query.Where(_ => spoilt < 0 || random.Next(2) == 0).Select(name => $"{name}={mutations.PathValue()}"));
        var answer = await SpeakerOf(sample.Path).SendAsync(new HttpMethod(sample.Method), $"~{path}?{query}", null);
        Saw(answer);
    }

    private async Task SpoilsATokenAsync()
    {
        var good = mallory.Phone.AccessToken!;
        var bad = mutations.Token(good);
        var answer = await new Rest(mallory.Phone.Server).GetAsync("/users/me", ("Authorization", "Bearer " + bad));
        Saw(answer);
        Assert.True(answer.Status == 401 || Wellformed.IsSameToken(good, bad), $"A spoilt token was taken: {bad}");
    }

    private async Task SpoilsTheFirstFrameAsync()
    {
        var frame = mutations.Mutate(Json.Write(new { type = "auth", token = mallory.Phone.AccessToken }));
        await using var socket = await Socket.OpenAsync(mallory.Phone.Server, mallory.Phone.SocketPath);
        await socket.SendBytesAsync(frame);
        if (await socket.AsksUnlessEndedAsync(new { type = "ping" }) is not null)
        {
            Count("first frame stays");
            Assert.Contains(socket.All, f => f.Type == "auth_ok");
            return;
        }

        var code = await socket.IsClosedAsync();
        Count("first frame " + code.ToString(CultureInfo.InvariantCulture));
        // Of a frame that is too long only the beginning was looked at.
        var fits = code == 1009 ? frame.Length > 4096 : code == (Wellformed.IsJson(frame) ? 4001 : 4002);
        Assert.True(fits, $"The first frame must not close with {code}: {Show(frame)}");
    }

    /// <summary>Bystanders must not notice anything.</summary>
    private async Task SendsAGoodWordAsync()
    {
        var ack = await writer.Phone.AsksAsync(new { type = "send_message", conversation_id = _talk.Id, ciphertext = "a good word", message_type = "text" }).IsAsync("message_ack");
        var id = ack.Data.Id("message.id");
        _acknowledged.Add(id, ack.Data.Number("message.seq"));
        await reader.Phone.ReceivesAsync("message_received", frame => frame.Data.Id("message.id") == id);
        foreach (var frame in reader.Phone.Socket.TakesAll().Where(f => f.Data.ValueKind == JsonValueKind.Object && f.Data.Text("conversation_id") == _talk.Id.ToString()))
        {
            if (frame.Type == "message_received" && frame.Data.Text("message.message_type") != "system")
            {
                _received.Add((frame.Data.Id("message.id"), frame.Data.Number("seq")));
            }

            if (frame.Data.At("seq") is { } seq)
            {
                _seqs.Add(seq.GetInt64());
            }
        }

        writer.Phone.Socket.TakesAll();
    }

    private async Task<Socket> ConnectedAsync()
    {
        if (_socket is null)
        {
            _socket = await Socket.OpenAsync(mallory.Phone.Server, $"{mallory.Phone.SocketPath}?token={mallory.Phone.AccessToken}");
            await _socket.ReceivesAsync("auth_ok");
        }

        return _socket;
    }

    private void Saw(IReadOnlyList<Frame> frames, byte[] sent, bool isGood)
    {
        foreach (var frame in frames)
        {
            if (frame.Type == "message_ack")
            {
                Acknowledged(frame.Data.GetProperty("message"));
            }
            else if (frame.Type == "error")
            {
                var code = frame.Data.Text("error_code")!;
                Count("socket " + code);
                Assert.False(NotMine.Contains(code) || (isGood && code is "VALIDATION_ERROR" or "MALFORMED_JSON" or "UNKNOWN_TYPE"), $"{frame}\nanswers {Show(sent)}");
            }
        }
    }

    private void Saw(Answer answer, byte[]? sent = null)
    {
        Count($"rest {answer.Status}");
        Assert.True(answer.Status < 500, $"{answer.Request} answered {answer.Status}: {answer.Body}\nto {Show(sent ?? [])}");
        if (answer.Status >= 400)
        {
            Assert.True(answer.Request.StartsWith("HEAD ", StringComparison.Ordinal) || answer.Bytes.Length > 0 && answer.Json.Text("error_code") is not null, $"{answer.Request} answered {answer.Status} without the form of errors: {answer.Body}");
        }
        else if (answer.Request.Contains("/calls/initiate", StringComparison.Ordinal))
        {
            _call = answer.Json.Text("call_id")!;
        }
        else if (answer.Request.StartsWith("POST ", StringComparison.Ordinal) && answer.Request.TrimEnd('/', '?').EndsWith("/messages", StringComparison.Ordinal))
        {
            Acknowledged(answer.Json);
        }
    }

    private void Acknowledged(JsonElement message)
    {
        if (message.Id("conversation_id") == _talk.Id)
        {
            _target = message.Id("id");
            Assert.Equal(message.Number("seq"), _acknowledged.GetValueOrDefault(_target, message.Number("seq")));
            _acknowledged[_target] = message.Number("seq");
        }
    }

    private void Count(string outcome) => Outcomes[outcome] = Outcomes.GetValueOrDefault(outcome) + 1;

    private Rest SpeakerOf(string path) =>
        path.StartsWith("/admin/", StringComparison.Ordinal) ? administrator : IsOwnAccount(path) ? _tablet : mallory.Phone;

    private static bool IsOwnAccount(string path) =>
        path.StartsWith("/api/v1/users/me", StringComparison.Ordinal) || path.StartsWith("/api/v1/devices/", StringComparison.Ordinal) || path.StartsWith("/api/v1/auth/", StringComparison.Ordinal);

    private string Path(RestSample sample) =>
        "~" + string.Join('/', sample.Path.Split('/').Select(part => part is ['{', ..] ? IdFor(part.Trim('{', '}'), sample.Path) : part));

    private string Fill(System.Text.Json.Nodes.JsonObject sample, string path) => Samples.Fill(sample, name => IdFor(name, path)).ToJsonString();

    private string? IdFor(string name, string path) => name switch
    {
        "conversation_id" => (path.StartsWith("/api/v1/conversations/", StringComparison.Ordinal) ? _changed : _talk).Id.ToString(),
        "call_id" => _call,
        "message_id" or "reply_to_id" => _target.ToString(),
        "user_id" or "recipient_user_id" => writer.Id.ToString(),
        "participant" => (random.Next(2) == 0 ? reader : writer).Id.ToString(),
        // Who logs in with a device ends its session.
        "device_id" when path.EndsWith("/login", StringComparison.Ordinal) => _spare.Id.ToString(),
        "device_id" => _tablet.Id.ToString(),
        "recipient_device_id" => writer.Phone.Id.ToString(),
        "client_message_id" => (random.Next(4) == 0 ? _clientId : _clientId = Guid.CreateVersion7()).ToString(),
        "name" when path.Contains("/backup/", StringComparison.Ordinal) => "spoilt",
        "username" when path.EndsWith("/login", StringComparison.Ordinal) => writer.Username,
        "username" => "m." + TestDevice.RandomHex(8),
        "password" when path.EndsWith("/login", StringComparison.Ordinal) => writer.Password,
        "signature" or "certificate" => TestDevice.RandomKey(64),
        "encrypted_key" => TestDevice.RandomKey(48),
        "expires_at" => DateTime.UtcNow.AddDays(7).ToString("O", CultureInfo.InvariantCulture),
        "role" when path.StartsWith("/admin/", StringComparison.Ordinal) => "user",
        _ => null,
    };

    private static bool IsMalformed(Answer answer) => answer.Status == 400 && answer.Json.Text("error_code") == "MALFORMED_JSON";

    private static string Show(byte[] bytes) =>
        $"{Encoding.UTF8.GetString(bytes.AsSpan(0, Math.Min(bytes.Length, 600)))}\n(base64 {Convert.ToBase64String(bytes.AsSpan(0, Math.Min(bytes.Length, 600)))})";
}
