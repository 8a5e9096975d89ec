using CsCheck;
using Sotto.Contracts;
using Sotto.Server.Conversations;

namespace Sotto.Storage.Tests;

/// <summary>What one writer asks of the log.</summary>
/// <param name="Key">Which client_message_id; below 0 none.</param>
/// <param name="Content">What the message says.</param>
internal sealed record Wish(WishKind Kind, int Conversation, int Key, int Content);

internal enum WishKind
{
    Message,
    StaleMessage,
    Refused,
    MovesRoster,
}

/// <summary>Random schedules of concurrent wishes, held against what each may come to.</summary>
public abstract class LogModelTests(Databases databases, Engine engine)
{
    private const int Conversations = 3;
    private const int Keys = 4;

    private static readonly Gen<Wish[]> Schedules =
        Gen.Select(
            Gen.Frequency((8, Gen.Const(WishKind.Message)), (1, Gen.Const(WishKind.StaleMessage)), (1, Gen.Const(WishKind.Refused)), (1, Gen.Const(WishKind.MovesRoster))),
            Gen.Int[0, Conversations - 1],
            Gen.Int[-Keys, Keys - 1],
            Gen.Int[0, 1],
            (kind, conversation, key, content) => new Wish(kind, conversation, key, content)).Array[1, 60];

    [Fact, Rule("S2", "S4", "S5", "S7", "M3")]
    public async Task Whatever_the_schedule_the_log_is_dense_and_holds_exactly_what_was_acknowledged()
    {
        var options = await databases.NewAsync(engine);
        await using var node = new Node(options);
        var alice = await node.NewUserAsync();
        await Schedules.SampleAsync(schedule => HoldsAsync(node, alice, schedule), iter: 40, threads: 1);
    }

    private static async Task HoldsAsync(Node node, Guid alice, Wish[] schedule)
    {
        var device = Guid.CreateVersion7();
        var keys = Enumerable.Range(0, Keys).Select(_ => Guid.CreateVersion7()).ToArray();
        var ids = new Guid[Conversations];
        for (var i = 0; i < Conversations; i++)
        {
            ids[i] = await node.NewConversationAsync(alice);
        }

        var outcomes = await Task.WhenAll(schedule.Select(wish => AskAsync(node, wish, ids[wish.Conversation], device, wish.Key < 0 ? null : keys[wish.Key])));
        for (var i = 0; i < Conversations; i++)
        {
            var log = await node.ReadAsync(ids[i]);
            Assert.Equal(Enumerable.Range(1, log.Count).Select(seq => (long)seq), log.Select(entry => entry.Seq));
            Assert.Equal(log.Count, await node.LastSeqAsync(ids[i]));
            Assert.Equal(log.Select(entry => entry.Seq), node.HeardOf(ids[i]));

            // Every acknowledgement is in the log under its seq, and nothing else is.
            var acknowledged = outcomes.Where(one => one.Wish.Conversation == i && one.Stored is not null).Select(one => one.Stored!).ToArray();
            Assert.All(acknowledged, stored => Assert.Equal(stored.Id, log[(int)stored.Seq - 1].Id));
            Assert.Equal(log.Skip(1).Select(entry => entry.Id).Order(), acknowledged.Select(stored => stored.Id).Distinct().Order());

            // One entry for each key; who said something else under it was refused.
            var keyed = log.Where(entry => entry.ClientMessageId is not null).ToArray();
            Assert.Equal(keyed.Length, keyed.Select(entry => entry.ClientMessageId).Distinct().Count());
        }

        Assert.All(outcomes.Where(one => one.Wish.Kind is WishKind.StaleMessage or WishKind.Refused), one => Assert.True(one.Stored is null || one.WasRepeat));
        Assert.All(outcomes.Where(one => one.Conflicted), one => Assert.True(one.Wish.Key >= 0));
    }

    private static async Task<Outcome> AskAsync(Node node, Wish wish, Guid conversation, Guid device, Guid? key)
    {
        try
        {
            // Other writers move the roster meanwhile; a real use case decides again, as here.
            return await node.Rosters.WithCurrentAsync(
                conversation,
                async roster =>
                {
                    var pending = new PendingEntry(
                        Node.Message(conversation, device, key, $"{wish.Content}"), wish.Kind == WishKind.StaleMessage ? roster.Version + 1000 : roster.Version)
                    {
                        ChangesRoster = wish.Kind == WishKind.MovesRoster,
                        Also = wish.Kind == WishKind.Refused ? (_, _) => throw Errors.MessageDeleted.Because("It is gone.") : null,
                    };
                    await node.Log.AppendAsync(pending, CancellationToken.None);
                    return new Outcome(wish, pending.Existing ?? pending.Entry, pending.Existing is not null, Conflicted: false);
                },
                CancellationToken.None);
        }
        catch (RefusedException refused)
        {
            return new Outcome(wish, null, WasRepeat: false, refused.Error == Errors.IdempotencyConflict);
        }
    }

    private sealed record Outcome(Wish Wish, Entry? Stored, bool WasRepeat, bool Conflicted);
}

public sealed class LogModelOnSqlite(Databases databases) : LogModelTests(databases, Engine.Sqlite);

public sealed class LogModelOnPostgres(Databases databases) : LogModelTests(databases, Engine.Postgres);
