using Sotto.Contracts;
using Sotto.Server.Accounts;
using Sotto.Server.Callers;
using Sotto.Server.Conversations;

namespace Sotto.Server.Calls;

/// <summary>Whom a call is for, and in which conversation it is; none is named where it is the one of exactly these people.</summary>
internal sealed record CallPlan(Guid? ConversationId, CallType Type, IReadOnlyList<Guid> Callees);

/// <summary>Finds out who is called. Without a conversation two people use their direct one, and more the group of exactly these people.</summary>
internal sealed class Callees(CreateConversation conversations, Rosters rosters, Blocks blocks)
{
    /// <exception cref="RefusedException">VALIDATION_ERROR, CONVERSATION_NOT_FOUND, NOT_A_MEMBER, PERMISSION_DENIED or USER_BLOCKED.</exception>
    public async Task<CallPlan> PlanAsync(Caller caller, NewCall wish, CancellationToken ct)
    {
        var named = (wish.Participants ?? []).Distinct().Where(id => id != caller.UserId).ToArray();
        new Check()
            .Required(wish.CallType, "call_type")
            .That(wish.ConversationId is not null || named.Length > 0, "participants", "must name somebody beside the caller, unless conversation_id says who is called")
            .That(wish.ConversationId is null || wish.Participants is null || named.Length > 0, "participants", "must name somebody beside the caller, or be left out")
            .That((wish.Participants?.Count ?? 0) <= Sizes.CalledAtOnce, "participants", $"must be at most {Sizes.CalledAtOnce}")
            .Done();                                                                              // 422

        if (wish.ConversationId is not { } conversationId)
        {
            return new CallPlan(null, wish.CallType!.Value, named);
        }

        var roster = await rosters.CurrentAsync(conversationId, ct);                              // 404
        roster.MustLetSend(caller.UserId);                                                        // 403
        var members = roster.Members.Keys.Where(id => id != caller.UserId).ToArray();
        var callees = wish.Participants is null ? members : named;
        new Check()
            .That(callees.Length > 0, "conversation_id", "names a conversation with nobody else in it")
            .That(callees.Length <= Sizes.CalledAtOnce, "participants", $"must name whom to call, as the conversation has more than {Sizes.CalledAtOnce} other members")
            .That(!callees.Except(members).Any(), "participants", "names users who are not in the conversation")
            .Done();                                                                              // 422
        return new CallPlan(conversationId, wish.CallType!.Value, await ReachableAsync(caller, callees, ct));
    }

    /// <summary>The conversation that the call is in, made if need be, and who of its people is called.</summary>
    /// <exception cref="RefusedException">VALIDATION_ERROR for somebody who doesn't exist, PERMISSION_DENIED or USER_BLOCKED.</exception>
    public async Task<(Guid ConversationId, IReadOnlyList<Guid> Callees)> OpenAsync(Caller caller, CallPlan plan, CancellationToken ct)
    {
        if (plan.ConversationId is { } known)
        {
            return (known, plan.Callees);
        }

        var id = plan.Callees is [var one]
            ? (await conversations.CreateAsync(caller, new NewConversation(ConversationType.Direct, Participants: [one]), ct)).Id
            : await conversations.FindOrCreateGroupAsync(caller, plan.Callees, ct);
        (await rosters.CurrentAsync(id, ct)).MustLetSend(caller.UserId);
        return (id, await ReachableAsync(caller, [.. plan.Callees], ct));
    }

    /// <summary>In a group, those whom a block parts from the caller aren't called, and nobody learns of it.</summary>
    private async Task<IReadOnlyList<Guid>> ReachableAsync(Caller caller, Guid[] callees, CancellationToken ct)
    {
        Guid[] reachable = [.. callees.Except(await blocks.BetweenAsync(caller.UserId, callees, ct))];
        return reachable.Length > 0 ? reachable : throw Errors.UserBlocked.Because("You can't call this person.");
    }
}
