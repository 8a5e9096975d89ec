using Sotto.Server.Storage;

namespace Sotto.Server.Conversations;

internal sealed class ErasureStore(Database database, IEnumerable<IEntriesErased> hooks)
{
    // So that a long log doesn't hold up other writers.
    private const int Portion = 500;

    /// <summary>Takes the conversation away; what is left of it is noted, to be erased.</summary>
    /// <returns>False when the roster isn't this one any more.</returns>
    public static async Task<bool> BeginAsync(Session session, Guid id, long rosterVersion)
    {
        if (await session.ExecuteAsync("delete from heads where conversation_id = @id and roster_version = @rosterVersion", new { id, rosterVersion }) == 0)
        {
            return false;
        }

        await session.ExecuteAsync("insert into erasures (conversation_id) values (@id)", new { id });
        await session.ExecuteAsync("delete from invites where conversation_id = @id", new { id });
        await session.ExecuteAsync("delete from members where conversation_id = @id", new { id });
        await session.ExecuteAsync("delete from conversations where id = @id", new { id });
        return true;
    }

    public Task<IReadOnlyList<Guid>> BegunAsync(CancellationToken ct) =>
        database.ReadAsync(session => session.ListAsync<Guid>("select conversation_id from erasures"), ct);

    /// <summary>Erases entries, failures and cursors.</summary>
    public async Task FinishAsync(Guid id, CancellationToken ct)
    {
        while (await database.WriteAsync(session => ErasePortionAsync(session, id), ct))
        {
            ct.ThrowIfCancellationRequested();
        }
    }

    /// <returns>Whether there may be more.</returns>
    private async Task<bool> ErasePortionAsync(Session session, Guid id)
    {
        var entries = await session.ListAsync<Guid>("select id from entries where conversation_id = @id order by seq limit @Portion", new { id, Portion });
        if (entries.Count > 0)
        {
            var args = new { ids = session.Ids(entries) };
            await session.ExecuteAsync("delete from failures where message_id in @ids", args);
            foreach (var hook in hooks)
            {
                await hook.EntriesErasedAsync(session, entries);
            }

            await session.ExecuteAsync("delete from entries where id in @ids", args);
            return true;
        }

        await session.ExecuteAsync("delete from cursors where conversation_id = @id", new { id });
        await session.ExecuteAsync("delete from erasures where conversation_id = @id", new { id });
        return false;
    }
}
