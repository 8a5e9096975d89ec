using Sotto.Contracts;
using Sotto.Server.Conversations;
using Sotto.Server.Sockets;

namespace Sotto.Server.Presence;

/// <summary>
/// Turns typing, and in large conversations presence, on for a socket and off again: the commands <c>join_conversation</c> and
/// <c>leave_conversation</c>. Messages come to every member device without it.
/// </summary>
internal sealed class JoinConversation(Rosters rosters, LogReadStore log, JoinedSockets joined)
{
    public static void Map(CommandMap commands)
    {
        commands.On("join_conversation", "Turns typing and presence of a conversation on for this socket.")
            .Answers<ConversationJoined>("conversation_joined")
            .Refuses(Errors.ConversationNotFound, Errors.NotAMember)
            .Handle((JoinConversation use, CommandCall call, ConversationRef body) => use.JoinAsync(call, body));

        commands.On("leave_conversation", "Turns typing and presence of a conversation off for this socket.")
            .Answers<ConversationLeft>("conversation_left")
            .Handle((JoinConversation use, CommandCall call, ConversationRef body) => use.LeaveAsync(call, body));
    }

    private async Task<ConversationJoined> JoinAsync(CommandCall call, ConversationRef body)
    {
        new Check().Required(body.ConversationId, "conversation_id").Done();      // 422
        var id = body.ConversationId!.Value;
        (await rosters.CurrentAsync(id, call.Ct)).MustHave(call.Caller.UserId);   // 404, 403
        if (!joined.TryJoin(call.Socket, id))
        {
            throw Errors.ValidationError.Because(
                $"A socket joins at most {JoinedSockets.MaxJoined} conversations at once.", ("conversation_id", $"at most {JoinedSockets.MaxJoined} at once"));
        }

        var heads = await log.HeadsAsync([id], call.Ct);
        return new ConversationJoined(id, heads.GetValueOrDefault(id));
    }

    private Task<ConversationLeft> LeaveAsync(CommandCall call, ConversationRef body)
    {
        new Check().Required(body.ConversationId, "conversation_id").Done();      // 422
        joined.Leave(call.Socket, body.ConversationId!.Value);
        return Task.FromResult(new ConversationLeft(body.ConversationId.Value));
    }
}
