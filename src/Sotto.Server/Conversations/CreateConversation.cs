using Sotto.Contracts;
using Sotto.Server.Accounts;
using Sotto.Server.Callers;
using Sotto.Server.Http;
using Sotto.Server.Storage;

namespace Sotto.Server.Conversations;

/// <summary>
/// Makes a conversation: <c>POST /conversations/</c>. Of direct ones there is one for each two people: whoever makes it a second time gets the
/// first, also when both make it at once.
/// </summary>
internal sealed class CreateConversation(
    ConversationLog log, ConversationStore store, ConversationViews views, Participants participants, RosterStore groups, TimeProvider clock)
{
    public static void Map(Routes routes) =>
        routes.Post("/conversations/", "Makes a conversation.")
            .Created().Also(200, "The direct conversation of these two, which exists already.").Once().Refuses(Errors.GroupTooSmall, Errors.UserBlocked)
            .Handle(async (CreateConversation use, Call call, NewConversation body) =>
            {
                var (id, isNew) = await use.CreateAsync(call.Caller, body, call.Ct);
                call.Status = isNew ? 201 : 200;
                return await use.ViewAsync(call.Caller, id, call.Ct);
            });

    /// <returns>The conversation, and whether it wasn't there before.</returns>
    public async Task<(Guid Id, bool IsNew)> CreateAsync(Caller caller, NewConversation body, CancellationToken ct)
    {
        var plan = body.Plan(caller.UserId);                                              // 422
        while (true)
        {
            if (plan.DirectKey(caller.UserId) is { } key && await store.FindDirectAsync(key, ct) is { } existing)
            {
                return (existing, false);
            }

            await participants.MustNotBeBlockedAsync(caller.UserId, plan.Others, ct);     // 403
            try
            {
                return (await AppendAsync(caller.UserId, plan, ct), true);                // 422 for who doesn't exist
            }
            catch (RosterMovedException)
            {
                // The other one was quicker: the unique key let theirs in.
            }
        }
    }

    /// <summary>The group of exactly these people; made where there is none, and once, however many make it at the same time.</summary>
    public async Task<Guid> FindOrCreateGroupAsync(Caller caller, IReadOnlyList<Guid> others, CancellationToken ct)
    {
        var plan = new NewConversation(ConversationType.Group, Participants: others).Plan(caller.UserId); // 422
        Guid[] people = [caller.UserId, .. plan.Others];
        while (true)
        {
            if (await groups.FindGroupOfAsync(people, ct) is { } existing)
            {
                return existing;
            }

            await participants.MustNotBeBlockedAsync(caller.UserId, plan.Others, ct);     // 403
            try
            {
                return await AppendAsync(caller.UserId, plan, ct, session => MustBeNewAsync(session, people));
            }
            catch (RosterMovedException)
            {
                // Somebody was quicker.
            }
        }
    }

    /// <summary>Whoever makes the group of these people waits for all of them; who comes second finds it.</summary>
    private static async Task MustBeNewAsync(Session session, Guid[] people)
    {
        foreach (var id in people.Order())
        {
            await Users.LockAsync(session, id);
        }

        if (await RosterStore.FindGroupOfAsync(session, people) is not null)
        {
            throw new RosterMovedException();
        }
    }

    private async Task<Guid> AppendAsync(Guid creatorId, ConversationPlan plan, CancellationToken ct, Func<Session, Task>? before = null)
    {
        var id = Ids.New(clock);
        var created = SystemMessages.Make(id, new SystemAction(SystemMessages.Created, creatorId, [creatorId, .. plan.Others]), clock);
        await log.AppendAsync(
            new PendingEntry(created, rosterVersion: 0)
            {
                ChangesRoster = true,
                Before = async session =>
                {
                    await Participants.MustExistAsync(session, plan.Others, "participants");
                    await (before?.Invoke(session) ?? Task.CompletedTask);
                    if (!await ConversationStore.AddAsync(session, id, plan, creatorId, created.CreatedAt))
                    {
                        throw new RosterMovedException();
                    }
                },
                Also = async (session, pending) =>
                {
                    await MemberStore.AddAsync(session, pending.Entry, [creatorId], MemberRole.Admin, clock);
                    await MemberStore.AddAsync(session, pending.Entry, plan.Others, plan.RoleOfOthers, clock);
                },
            },
            ct);
        return id;
    }

    private Task<Conversation> ViewAsync(Caller caller, Guid id, CancellationToken ct) => views.OneAsync(caller.UserId, id, ct);
}
