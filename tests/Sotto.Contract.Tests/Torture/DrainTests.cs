using System.Collections.Concurrent;
using System.Diagnostics;
using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Torture;

/// <summary>The server is told to stop in the middle of a load, over sockets and REST: it finishes what it accepted, and goes.</summary>
public abstract class DrainTests(Servers servers, Db db) : Play(servers, db)
{
    private const int Writers = 4;
    private const int SocketsOfEach = 3;

    /// <summary>What a process manager waits for at least, before it kills.</summary>
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(10);

    [Theory, InlineData("TERM"), InlineData("INT"), Rule("O6", "W62", "S1")]
    public async Task What_was_acknowledged_before_a_stop_is_there_once(string signal)
    {
        var server = await OwnServerAsync();
        var reader = await PersonAsync("reader", server);
        var idle = new[] { await reader.ConnectsAsync(), await reader.ConnectsAsync(), await reader.Phone.OpensAsync(reader.Phone.SocketPath) };
        var acknowledged = new ConcurrentQueue<(Guid Conversation, string Text)>();
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (load, sockets, conversations) = (new List<Task>(), new List<Socket>(), new List<(Person Writer, Conversation Conversation)>());
        for (var i = 0; i < Writers; i++)
        {
            var writer = await PersonAsync($"writer{i}", server);
            var direct = await writer.CreatesDirectAsync(reader);
            conversations.Add((writer, direct));
            for (var j = 0; j < SocketsOfEach; j++)
            {
                sockets.Add(await writer.ConnectsAsync());
                load.Add(WritesAsync(sockets[^1], direct, Acknowledged));
            }

            load.Add(PostsAsync(writer, direct, Acknowledged));
        }

        await enough.Task.WaitAsync(Patience.Limit);
        var watch = Stopwatch.StartNew();
        var code = await server.StopAsync(signal);
        Assert.True(code == 0, $"The server must end with 0, but ended with {code}:\n{server.Log}");
        Assert.True(watch.Elapsed < Quick, $"The server must end within {Quick}, but took {watch.Elapsed}:\n{server.Log}");
        TestContext.Current.TestOutputHelper?.WriteLine($"ended after {watch.Elapsed}");
        await Task.WhenAll(load);
        foreach (var socket in sockets.Concat(idle))
        {
            await socket.IsClosedAsync(CloseCodes.Restart);
        }

        Assert.DoesNotContain(server.Log.Split('\n'), line => line.Contains(" error ", StringComparison.Ordinal) || line.Contains(" warn ", StringComparison.Ordinal));
        await server.StartAsync();
        foreach (var (writer, conversation) in conversations)
        {
            var stored = await StoredAsync(writer, conversation);
            Assert.Equal(Enumerable.Range(1, stored.Count).Select(n => (long)n), stored.Select(one => one.Seq));
            var texts = stored.Select(one => one.Ciphertext).ToList();
            Assert.Equal(texts.Count, texts.Distinct().Count());
            Assert.Empty(acknowledged.Where(one => one.Conversation == conversation.Id).Select(one => one.Text).Except(texts));
        }

        void Acknowledged(Conversation conversation, string text)
        {
            acknowledged.Enqueue((conversation.Id, text));
            if (acknowledged.Count == 200)
            {
                enough.TrySetResult();
            }
        }
    }

    private static async Task WritesAsync(Socket socket, Conversation conversation, Action<Conversation, string> acknowledged)
    {
        while (true)
        {
            var text = TestDevice.RandomHex(16);
            if (await socket.AsksUnlessEndedAsync(new { Type = "send_message", ConversationId = conversation.Id, Ciphertext = text, MessageType = "text" }) is not { } answer)
            {
                return;
            }

            answer.MustBe("message_ack");
            acknowledged(conversation, text);
        }
    }

    private static async Task PostsAsync(Person writer, Conversation conversation, Action<Conversation, string> acknowledged)
    {
        while (true)
        {
            var text = TestDevice.RandomHex(16);
            try
            {
                var answer = await writer.PostAsync("/messages/", new { ConversationId = conversation.Id, Ciphertext = text, MessageType = "text" });
                if (answer.Status == 503)
                {
                    answer.MustBeRefused(Errors.Unavailable);
                    return;
                }

                answer.MustBe(201);
                acknowledged(conversation, text);
            }
            catch (HttpRequestException)
            {
                // It has stopped listening.
                return;
            }
        }
    }

    private static async Task<IReadOnlyList<Message>> StoredAsync(Person writer, Conversation conversation)
    {
        var stored = new List<Message>();
        while (await writer.GetAsync($"/messages/?conversation_id={conversation.Id}&order=asc&after_seq={stored.LastOrDefault()?.Seq ?? 0}").AsAsync<Page<Message>>() is { Data.Count: > 0 } page)
        {
            stored.AddRange(page.Data);
        }

        return stored;
    }
}

public sealed class DrainOnSqlite(Servers servers) : DrainTests(servers, Db.Sqlite);

public sealed class DrainOnPostgres(Servers servers) : DrainTests(servers, Db.Postgres);
