using Sotto.Contracts;

namespace Sotto.Storage.Tests;

/// <summary>A SQLite file that may not grow, which SQLite tells in the middle of a transaction, and then undoes all of it by itself.</summary>
public sealed class FullDiskTests(Databases databases)
{
    [Fact, Rule("S6", "S7")]
    public async Task A_disk_that_fills_up_within_a_transaction_refuses_all_of_it_and_nothing_later()
    {
        await using var node = new Node(await databases.NewAsync(Engine.Sqlite));
        var alice = await node.NewUserAsync();
        var conversation = await node.NewConversationAsync(alice);
        await node.Database.WriteAsync(session => session.ExecuteAsync("create table grows (content blob)"), CancellationToken.None);

        // All in one batch: what comes before the fault, the fault, and what comes after it.
        var writes = new[]
        {
            node.Database.WriteAsync(session => session.ExecuteAsync("insert into grows values (zeroblob(10))"), CancellationToken.None),
            node.Database.WriteAsync(
                async session =>
                {
                    var pages = await session.ScalarAsync<long>("pragma page_count");
                    await session.ExecuteAsync($"pragma max_page_count = {pages}");
                    await session.ExecuteAsync("insert into grows values (zeroblob(1000000))");
                },
                CancellationToken.None),
            node.Database.WriteAsync(session => session.ExecuteAsync("insert into grows values (zeroblob(10))"), CancellationToken.None),
            (Task)node.SendAsync(conversation, 1),
        };
        var refused = 0L;
        foreach (var write in writes)
        {
            try
            {
                await write;
            }
            catch (RefusedException refusal)
            {
                Assert.Equal(Errors.Unavailable, refusal.Error);
                refused++;
            }
        }

        // The writer has opened the file anew, without that limit.
        Assert.True(writes[1].IsFaulted);
        await node.SendAsync(conversation, 1);
        var kept = await node.Database.ReadAsync(session => session.ScalarAsync<long>("select count(*) from grows"), CancellationToken.None);
        var entries = await node.ReadAsync(conversation);
        Assert.Equal(4 - refused, kept + entries.Count - 2);
        Assert.Equal(Enumerable.Range(1, entries.Count).Select(i => (long)i), entries.Select(entry => entry.Seq));
    }
}
