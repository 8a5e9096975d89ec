using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Torture;

/// <summary>The server is killed in the middle of a load, again and again, and must have kept every word it gave.</summary>
public abstract class KillTests(Servers servers, Db db) : Play(servers, db)
{
    private const int Rounds = 20;
    private const int Pairs = 6;

    [Fact, Rule("S1", "S2", "S4", "M3")]
    public async Task What_was_acknowledged_is_there_once_and_in_order_after_every_kill()
    {
        var server = await OwnServerAsync();
        var senders = new List<Sender>();
        for (var i = 0; i < Pairs; i++)
        {
            var (writer, reader) = await PeopleAsync($"writer{i}", $"reader{i}", server);
            senders.Add(new Sender(writer, await writer.CreatesDirectAsync(reader)));
        }

        for (var round = 0; round < Rounds; round++)
        {
            var enough = new Goal(20 + (round * 7));
            var load = senders.Select(s => s.SendsUntilCutAsync(enough)).ToList();
            await enough.Reached.WaitAsync(Patience.Limit);
            await server.KillAsync();
            await Task.WhenAll(load);
            await server.StartAsync();
            foreach (var sender in senders)
            {
                await sender.RepeatsTheUnansweredAsync();
            }
        }

        foreach (var sender in senders)
        {
            await sender.ChecksTheLogAsync();
        }
    }

    private sealed class Goal(int steps)
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _left = steps;

        public Task Reached => _reached.Task;

        public void Step()
        {
            if (Interlocked.Decrement(ref _left) == 0)
            {
                _reached.SetResult();
            }
        }
    }

    /// <summary>Writes numbered messages into a conversation, one after the other, and remembers what was acknowledged.</summary>
    private sealed class Sender(Person writer, Conversation conversation)
    {
        private readonly List<(string Text, Guid Id, long Seq)> _acknowledged = [];
        private (string Text, Guid ClientId)? _unanswered;
        private int _next;

        public async Task SendsUntilCutAsync(Goal enough)
        {
            var socket = await writer.ConnectsAsync();
            while (true)
            {
                var message = (Text: $"message {_next++}", ClientId: Guid.CreateVersion7());
                _unanswered = message;
                if (await socket.AsksUnlessEndedAsync(Frame(message)) is not { } answer)
                {
                    return;
                }

                Remember(message.Text, answer.MustBe("message_ack"));
                enough.Step();
            }
        }

        public async Task RepeatsTheUnansweredAsync()
        {
            if (_unanswered is { } message)
            {
                var socket = await writer.ConnectsAsync();
                Remember(message.Text, await socket.AsksAsync(Frame(message)).IsAsync("message_ack"));
            }
        }

        public async Task ChecksTheLogAsync()
        {
            var stored = new List<Message>();
            long after = 0;
            while (await writer.GetAsync($"/messages/?conversation_id={conversation.Id}&order=asc&after_seq={after}").AsAsync<Page<Message>>() is { Data.Count: > 0 } page)
            {
                stored.AddRange(page.Data);
                after = page.Data[^1].Seq;
            }

            Assert.Equal(Enumerable.Range(1, stored.Count).Select(n => (long)n), stored.Select(m => m.Seq));
            var texts = stored.Where(m => m.MessageType == MessageType.Text).Select(m => (m.Ciphertext, m.Id, m.Seq));
            Assert.Equal(_acknowledged, texts);
            Assert.Equal(_next, _acknowledged.Count);
        }

        private object Frame((string Text, Guid ClientId) message) => new
        {
            Type = "send_message",
            ConversationId = conversation.Id,
            Ciphertext = message.Text,
            MessageType = "text",
            ClientMessageId = message.ClientId,
        };

        private void Remember(string text, Frame ack)
        {
            _acknowledged.Add((text, ack.Data.Id("message.id"), ack.Data.Number("message.seq")));
            _unanswered = null;
        }
    }
}

public sealed class KillOnSqlite(Servers servers) : KillTests(servers, Db.Sqlite);

public sealed class KillOnPostgres(Servers servers) : KillTests(servers, Db.Postgres);
