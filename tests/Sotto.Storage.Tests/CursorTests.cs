using CsCheck;
using Sotto.Server.Conversations;
using Sotto.Server.Storage;

namespace Sotto.Storage.Tests;

/// <summary>Moves of cursors that overlap, written in any order by several writers.</summary>
public abstract class CursorTests(Databases databases, Engine engine)
{
    private const int Length = 30;

    private static readonly Gen<(int Device, long Delivered, long Read)[]> Moves =
        Gen.Select(Gen.Int[0, 2], Gen.Long[0, Length + 10], Gen.Long[0, Length + 10]).Array[1, 60];

    [Fact, Rule("S10", "M60", "M65")]
    public async Task Cursors_end_at_the_greatest_that_was_asked_for_and_never_go_back()
    {
        var options = await databases.NewAsync(engine);
        await using var node = new Node(options);
        var store = new CursorStore(node.Database);
        var alice = await node.NewUserAsync();
        await Moves.SampleAsync(moves => HoldsAsync(node, store, alice, moves), iter: 30, threads: 1);
    }

    private static async Task HoldsAsync(Node node, CursorStore store, Guid user, (int Device, long Delivered, long Read)[] moves)
    {
        var conversation = await node.NewConversationAsync(user);
        await Task.WhenAll(Enumerable.Range(1, Length - 1).Select(_ => node.SendAsync(conversation, 1)));
        Guid[] devices = [.. Enumerable.Range(0, 3).Select(_ => Ids.New(TimeProvider.System))];
        var wishes = moves.Select(move => new CursorMove(conversation, user, devices[move.Device], Math.Max(move.Delivered, move.Read), move.Read, 1)).ToArray();

        // Each writer writes its own order; what is told by each is true in that moment, so nothing told may be less than what it was before.
        var writers = wishes.Chunk(7).Select(async chunk =>
        {
            foreach (var wish in chunk)
            {
                foreach (var moved in await store.WriteAsync([wish], TestContext.Current.CancellationToken))
                {
                    Assert.True(moved.Delivered >= moved.DeviceBefore, $"{moved} went back.");
                }
            }
        });
        await Task.WhenAll(writers);

        var rows = (await store.OfConversationAsync(conversation, TestContext.Current.CancellationToken)).ToDictionary(row => row.DeviceId);
        foreach (var device in wishes.GroupBy(wish => wish.DeviceId))
        {
            var expected = (Math.Min(Length, device.Max(wish => wish.Delivered)), Math.Min(Length, device.Max(wish => wish.Read)));
            Assert.Equal(expected, (rows[device.Key].DeliveredSeq, rows[device.Key].ReadSeq));
        }
    }
}

public sealed class CursorsOnSqlite(Databases databases) : CursorTests(databases, Engine.Sqlite);

public sealed class CursorsOnPostgres(Databases databases) : CursorTests(databases, Engine.Postgres);
