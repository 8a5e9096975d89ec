using Sotto.Server.Storage;

namespace Sotto.Server.Conversations;

internal sealed class InviteRow
{
    public byte[] CodeHash { get; init; } = [];

    public Guid ConversationId { get; init; }

    public long ExpiresAt { get; init; }

    public long UsesLeft { get; init; }
}

internal sealed class InviteStore(Database database, TimeProvider clock)
{
    public Task AddAsync(InviteRow invite, Guid createdBy, long now, CancellationToken ct) =>
        database.WriteAsync(
            session => session.ExecuteAsync(
                """
                insert into invites (code_hash, conversation_id, created_by, created_at, expires_at, uses_left)
                select @CodeHash, conversation_id, @createdBy, @now, @ExpiresAt, @UsesLeft from heads where conversation_id = @ConversationId
                """,
                new { invite.CodeHash, invite.ConversationId, createdBy, now, invite.ExpiresAt, invite.UsesLeft }),
            ct);

    /// <summary>The invite, while it is good for something.</summary>
    public Task<InviteRow?> FindAsync(byte[] codeHash, long now, CancellationToken ct) =>
        database.ReadAsync(
            session => session.FirstAsync<InviteRow>(
                "select code_hash, conversation_id, expires_at, uses_left from invites where code_hash = @codeHash and uses_left > 0 and expires_at > @now",
                new { codeHash, now }),
            ct);

    /// <returns>False when another one had the last use, or its time is over.</returns>
    public static async Task<bool> SpendAsync(Session session, byte[] codeHash, long now) =>
        await session.ExecuteAsync(
            "update invites set uses_left = uses_left - 1 where code_hash = @codeHash and uses_left > 0 and expires_at > @now", new { codeHash, now }) == 1;

    public static Task VoidAsync(Session session, Guid conversationId) =>
        session.ExecuteAsync("delete from invites where conversation_id = @conversationId", new { conversationId });

    /// <summary>Whoever is out, or may invite no more, leaves no way in behind.</summary>
    public static Task VoidOfAsync(Session session, Guid conversationId, Guid createdBy) =>
        session.ExecuteAsync("delete from invites where conversation_id = @conversationId and created_by = @createdBy", new { conversationId, createdBy });

    /// <summary>The job: drops those that are good for nothing.</summary>
    public Task SweepAsync(CancellationToken ct) =>
        database.WriteAsync(session => session.ExecuteAsync("delete from invites where expires_at <= @now or uses_left <= 0", new { now = clock.NowMs() }), ct);
}
