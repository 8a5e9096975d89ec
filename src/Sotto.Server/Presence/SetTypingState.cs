using Sotto.Contracts;
using Sotto.Server.Conversations;
using Sotto.Server.Limits;
using Sotto.Server.Sockets;

namespace Sotto.Server.Presence;

/// <summary>Tells that the user is typing, or has stopped: the command <c>typing</c>. Whoever falls silent has stopped after six seconds.</summary>
internal sealed class SetTypingState(RateLimits limits, Rosters rosters, JoinedSockets joined, SocketRegistry sockets, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    private readonly Lock _tableLock = new();
    private readonly TypingTable _table = new();

    public static void Map(CommandMap commands) =>
        commands.On("typing", "Tells that the user is typing, or has stopped.")
            .Refuses(Errors.ConversationNotFound, Errors.NotAMember, Errors.UserBlocked, Errors.RateLimited)
            .Handle((SetTypingState use, CommandCall call, SetTyping body) => use.SetAsync(call, body));

    /// <summary>Whoever has gone with the last socket types no more.</summary>
    public void Depart(DeviceSocket socket)
    {
        var userId = socket.Caller.UserId;
        if (sockets.SocketsOf(userId).Count > 0)
        {
            return;
        }

        IReadOnlyList<Guid> conversations;
        lock (_tableLock)
        {
            conversations = _table.Take(userId);
        }

        foreach (var conversation in conversations)
        {
            Tell(conversation, userId, isTyping: false);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Look, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            IReadOnlyList<(Guid Conversation, Guid User)> expired;
            lock (_tableLock)
            {
                expired = _table.Count == 0 ? [] : _table.TakeExpired(clock.GetUtcNow());
            }

            foreach (var (conversation, user) in expired)
            {
                Tell(conversation, user, isTyping: false);
            }
        }
    }

    private async Task SetAsync(CommandCall call, SetTyping body)
    {
        new Check().Required(body.ConversationId, "conversation_id").Required(body.IsTyping, "is_typing").Done(); // 422
        limits.Take(Limit.Typing, call.Caller.UserId);                            // 429
        var id = body.ConversationId!.Value;
        var roster = rosters.Cached(id) is { } cached && cached.Has(call.Caller.UserId) ? cached : await rosters.CurrentAsync(id, call.Ct); // 404
        roster.MustHave(call.Caller.UserId);                                      // 403
        roster.MustNotBeBlocked();                                                // 403
        bool tell;
        lock (_tableLock)
        {
            tell = _table.Set(id, call.Caller.UserId, body.IsTyping!.Value, clock.GetUtcNow());
        }

        if (tell)
        {
            Tell(id, call.Caller.UserId, body.IsTyping.Value);
        }
    }

    private void Tell(Guid conversationId, Guid userId, bool isTyping)
    {
        var roster = rosters.Cached(conversationId);
        OutboundFrame? frame = null;
        foreach (var socket in joined.In(conversationId))
        {
            // Whoever was removed has joined in vain.
            if (socket.Caller.UserId != userId && roster?.Has(socket.Caller.UserId) == true)
            {
                socket.TrySend(frame ??= OutboundFrame.Of("typing", new Typing(conversationId, userId, isTyping)));
            }
        }
    }
}
