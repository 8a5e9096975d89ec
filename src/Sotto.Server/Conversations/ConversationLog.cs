using System.Security.Cryptography;
using Sotto.Contracts;
using Sotto.Server.Storage;

namespace Sotto.Server.Conversations;

/// <summary>The logs of all conversations: the only way to append to one.</summary>
internal sealed class ConversationLog(Database database, LogStore store)
{
    private readonly IGroupCommit<PendingEntry> _group = database.OpenGroupCommit(store);

    /// <summary>Appends, and completes when the entry is on disk. A repeat of a stored client_message_id gives that entry as <see cref="PendingEntry.Existing"/>.</summary>
    /// <exception cref="RosterMovedException">The roster has another version, or the conversation is gone; decide again.</exception>
    /// <exception cref="RefusedException">IDEMPOTENCY_CONFLICT; UNAVAILABLE; or what <see cref="PendingEntry.Also"/> refused.</exception>
    public async Task<PendingEntry> AppendAsync(PendingEntry pending, CancellationToken ct)
    {
        await _group.AddAsync(pending, ct);
        if (pending.Existing is { } existing)
        {
            MustBeSame(existing, pending.Entry);
        }

        return pending;
    }

    /// <summary>Looks for a repeat before a refusal is answered: what succeeded once is answered as a success again.</summary>
    public async Task<Entry?> FindRepeatAsync(Entry entry, CancellationToken ct)
    {
        var existing = await database.ReadAsync(session => LogStore.ExistingAsync(session, entry), ct);
        if (existing is not null)
        {
            MustBeSame(existing, entry);
        }

        return existing;
    }

    private static void MustBeSame(Entry existing, Entry repeated)
    {
        if (!CryptographicOperations.FixedTimeEquals(existing.RequestHash, repeated.RequestHash))
        {
            throw Errors.IdempotencyConflict.Because(
                "This client_message_id came before with another content.", ("client_message_id", "was used for another message"));
        }
    }
}
