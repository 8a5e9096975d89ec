using System.Diagnostics;
using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Torture;

/// <summary>The storage fails in the middle of a load and comes back: nothing is acknowledged in between, and the same server goes on by itself.</summary>
public abstract class FaultTests(Servers servers, Db db) : Play(servers, db)
{
    private const int Pairs = 4;

    /// <summary>Whether what is stored can be read while nothing can be written.</summary>
    protected abstract bool ReadsGoOn { get; }

    [Fact, Rule("S6", "H36", "O1", "L18")]
    public async Task The_server_refuses_while_its_storage_fails_and_goes_on_by_itself()
    {
        var server = await StartAsync();
        var (alice, bob) = await PeopleAsync("alice", "bob", server);
        var direct = await alice.CreatesDirectAsync(bob);
        var kept = await alice.SendsAsync("kept", direct);
        var quiet = await bob.ConnectsAsync();
        var talks = new List<Talk>();
        for (var i = 0; i < Pairs; i++)
        {
            var (writer, reader) = await PeopleAsync($"writer{i}", $"reader{i}", server);
            var talk = new Talk(writer, await writer.CreatesDirectAsync(reader), await writer.ConnectsAsync(), await reader.ConnectsAsync());
            talks.Add(talk);
        }

        using var enough = new CancellationTokenSource();
        var load = talks.Select(talk => talk.GoesOnAsync(enough.Token)).ToList();
        await Task.WhenAll(talks.Select(talk => talk.HasGotAsync(acknowledged: 10)));

        await BreakAsync();
        await Task.WhenAll(talks.Select(talk => talk.HasGotAsync(refused: 2)));
        await FailsAsync(alice, direct, size: 1);
        await RefusesEverythingAsync(alice, direct, kept, quiet);

        await MendAsync();
        await Task.WhenAll(talks.Select(talk => talk.HasGotAsync(acknowledged: 10)));
        await enough.CancelAsync();
        await Task.WhenAll(load);
        await IsReadyAsync(server);

        foreach (var talk in talks)
        {
            await talk.ChecksTheLogAsync();
        }

        await alice.SendsAsync("after", direct);
        await quiet.ReceivesAsync("message_received", frame => frame.Data.Text("message.ciphertext") == "after");
        Assert.Equal(["after", "kept"], (await alice.ReadsAsync(direct)).Where(one => one.MessageType == MessageType.Text && one.Ciphertext != "x").Select(one => one.Ciphertext));
    }

    [Fact, Rule("S6", "O6")]
    public async Task A_server_whose_storage_has_failed_still_stops_when_it_is_told_to()
    {
        var server = await StartAsync();
        var alice = await PersonAsync("alice", server);
        var group = await alice.CreatesChannelAsync();
        var socket = await alice.ConnectsAsync();
        await BreakAsync();
        await FailsAsync(alice, group, size: 5000);
        var watch = Stopwatch.StartNew();
        var code = await server.StopAsync();
        Assert.True(code == 0, $"The server must end with 0, but ended with {code} after {watch.Elapsed}:\n{server.Log}");
        await socket.IsClosedAsync(CloseCodes.Restart);

        await MendAsync();
        await server.StartAsync();
        await alice.SendsAsync("again", group);
    }

    protected abstract Task<TestServer> StartAsync();

    protected abstract Task BreakAsync();

    protected abstract Task MendAsync();

    /// <summary>Until every page that was free already is used, a few writes may still succeed, and small ones after greater ones have failed.</summary>
    private static async Task FailsAsync(Person person, Conversation conversation, int size)
    {
        Answer answer;
        do
        {
            answer = await person.PostAsync("/messages/", new { ConversationId = conversation.Id, Ciphertext = new string('x', size), MessageType = "text" });
        }
        while (answer.Status == 201);
        answer.MustBeRefused(Errors.Unavailable);
        Assert.InRange(int.Parse(answer.Header("Retry-After")!), 1, 60);
    }

    private async Task RefusesEverythingAsync(Person alice, Conversation direct, Message kept, Socket quiet)
    {
        var rest = new Rest(alice.Phone.Server);
        var send = new { ConversationId = direct.Id, Ciphertext = "refused", MessageType = "text" };
        (await alice.PostAsync("/messages/", send)).MustBeRefused(Errors.Unavailable);
        (await alice.PostAsync("/messages/", send, ("Idempotency-Key", "one"))).MustBeRefused(Errors.Unavailable);
        (await alice.PatchAsync($"/messages/{kept.Id}", new { Ciphertext = "refused" })).MustBeRefused(Errors.Unavailable);
        (await alice.PatchAsync("/users/me", new { DisplayName = "Refused" })).MustBeRefused(Errors.Unavailable);
        (await alice.PostAsync("/conversations/", new NewConversation(ConversationType.Channel))).MustBeRefused(Errors.Unavailable);
        (await rest.PostAsync("/auth/login", new Credentials(alice.Username, alice.Password))).MustBeRefused(Errors.Unavailable);
        (await rest.PostAsync("/auth/register", new Registration("refused", "correct horse"))).MustBeRefused(Errors.Unavailable);
        (await rest.GetAsync("~/readyz")).MustBeRefused(Errors.Unavailable);
        await rest.GetAsync("~/healthz").IsAsync(200);
        (await quiet.AsksAsync(new { Type = "send_message", ConversationId = direct.Id, Ciphertext = "refused", MessageType = "text" })).MustBeRefused(Errors.Unavailable);

        var read = await alice.GetAsync($"/messages/?conversation_id={direct.Id}");
        var one = await alice.GetAsync($"/messages/{kept.Id}");
        if (ReadsGoOn)
        {
            read.MustBe(200);
            Assert.Equal("kept", one.MustBe(200).Json.Text("ciphertext"));
        }
        else
        {
            read.MustBeRefused(Errors.Unavailable);
            one.MustBeRefused(Errors.Unavailable);
        }
    }

    private static async Task IsReadyAsync(TestServer server)
    {
        var watch = Stopwatch.StartNew();
        while ((await new Rest(server).GetAsync("~/readyz")).Status != 200)
        {
            Assert.True(watch.Elapsed < Patience.Limit, "The server must say that it is ready again.");
            await Task.Delay(100);
        }
    }

    /// <summary>Somebody writes numbered messages, one after the other, and repeats what was refused when the server says.</summary>
    private sealed class Talk(Person writer, Conversation conversation, Socket from, Socket to)
    {
        private readonly Lock _gotLock = new();
        private readonly List<(string Text, Guid Id, long Seq)> _acknowledged = [];
        private readonly List<(int Acknowledged, int Refused, TaskCompletionSource Reached)> _waiting = [];
        private int _refused;

        public async Task GoesOnAsync(CancellationToken ct)
        {
            for (var next = 0; !ct.IsCancellationRequested; next++)
            {
                var (text, clientId) = ($"message {next} {new string('x', 3000)}", Guid.CreateVersion7());
                while (true)
                {
                    var answer = await from.AsksAsync(new { Type = "send_message", ConversationId = conversation.Id, Ciphertext = text, MessageType = "text", ClientMessageId = clientId });
                    if (answer.Type == "message_ack")
                    {
                        Got(() => _acknowledged.Add((text, answer.Data.Id("message.id"), answer.Data.Number("message.seq"))));
                        break;
                    }

                    answer.MustBeRefused(Errors.Unavailable);
                    Assert.InRange(answer.Data.Number("retry_after"), 1, 60);
                    Got(() => _refused++);
                    await Task.Delay(TimeSpan.FromMilliseconds(100), CancellationToken.None);
                }
            }
        }

        /// <summary>So many more, from now on.</summary>
        public Task HasGotAsync(int acknowledged = 0, int refused = 0)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_gotLock)
            {
                _waiting.Add((_acknowledged.Count + acknowledged, _refused + refused, reached));
            }

            return reached.Task.WaitAsync(Patience.Limit);
        }

        public async Task ChecksTheLogAsync()
        {
            var stored = new List<Message>();
            while (await writer.GetAsync($"/messages/?conversation_id={conversation.Id}&order=asc&after_seq={stored.LastOrDefault()?.Seq ?? 0}").AsAsync<Page<Message>>() is { Data.Count: > 0 } page)
            {
                stored.AddRange(page.Data);
            }

            Assert.Equal(Enumerable.Range(1, stored.Count).Select(n => (long)n), stored.Select(one => one.Seq));
            Assert.Equal(_acknowledged, stored.Where(one => one.MessageType == MessageType.Text).Select(one => (one.Ciphertext, one.Id, one.Seq)));

            var last = stored[^1].Seq;
            await to.ReceivesAsync("message_received", frame => frame.Data.Text("conversation_id") == conversation.Id.ToString() && frame.Data.Number("seq") == last);
            var received = to.All.Where(frame => frame.Type == "message_received" && frame.Data.Text("message.message_type") == "text").Select(frame => frame.Data.Number("seq"));
            Assert.Equal(_acknowledged.Select(one => one.Seq), received);
        }

        private void Got(Action what)
        {
            lock (_gotLock)
            {
                what();
                foreach (var one in _waiting.Where(one => _acknowledged.Count >= one.Acknowledged && _refused >= one.Refused))
                {
                    one.Reached.TrySetResult();
                }
            }
        }
    }
}

/// <summary>The disk is full.</summary>
public sealed class FaultOnSqlite(Servers servers) : FaultTests(servers, Db.Sqlite)
{
    private SmallDisk? _disk;

    protected override bool ReadsGoOn => true;

    protected override async Task<TestServer> StartAsync()
    {
        _disk = await SmallDisk.MountAsync();
        Assert.SkipWhen(_disk is null, "Only root may mount the small disk that this test fills.");
        Owns(_disk);
        return await OwnServerAsync(("DataDirectory", _disk.Folder));
    }

    protected override Task BreakAsync()
    {
        _disk!.Fill();
        return Task.CompletedTask;
    }

    protected override Task MendAsync()
    {
        _disk!.Free();
        return Task.CompletedTask;
    }
}

/// <summary>PostgreSQL is gone.</summary>
public sealed class FaultOnPostgres(Servers servers) : FaultTests(servers, Db.Postgres)
{
    private Postgres? _postgres;

    protected override bool ReadsGoOn => false;

    protected override async Task<TestServer> StartAsync()
    {
        _postgres = Owns(await Postgres.StartAsync());
        return await OwnServerAsync(("Database", await _postgres.NewDatabaseAsync()));
    }

    protected override Task BreakAsync() => _postgres!.StopAsync();

    protected override Task MendAsync() => _postgres!.StartAgainAsync();
}
