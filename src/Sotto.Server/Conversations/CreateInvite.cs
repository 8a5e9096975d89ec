using System.Security.Cryptography;
using System.Text;
using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Http;
using Sotto.Server.Storage;

namespace Sotto.Server.Conversations;

/// <summary>
/// Makes an invite: <c>POST /conversations/{id}/invites</c>. The code is shown this once; only its hash is stored. Making the conversation private
/// voids its invites.
/// </summary>
internal sealed class CreateInvite(Rosters rosters, InviteStore store, TimeProvider clock)
{
    private const int CodeBytes = 18;
    private const long WeekSeconds = 7 * 24 * 3600;

    public static void Map(Routes routes) =>
        routes.Post("/conversations/{conversation_id}/invites", "Makes an invite code.")
            .Created().Once().Refuses(Errors.ConversationNotFound, Errors.NotAMember, Errors.PermissionDenied, Errors.MembersFixed)
            .TakesOptional<NewInvite>()
            .Handle(async (CreateInvite use, Call call) =>
            {
                var body = call.RawBody.IsEmpty ? new NewInvite() : await call.BodyAsync<NewInvite>();
                return await use.CreateAsync(call.Caller, call.Id("conversation_id"), body, call.Ct);
            });

    public async Task<Invite> CreateAsync(Caller caller, Guid id, NewInvite body, CancellationToken ct)
    {
        var uses = body.MaxUses ?? 1;
        var seconds = body.ExpiresInSeconds ?? WeekSeconds;
        new Check()
            .That(uses is >= 1 and <= Sizes.InviteUses, "max_uses", $"must be from 1 to {Sizes.InviteUses}")
            .That(seconds is >= 1 and <= Sizes.LongestInviteSeconds, "expires_in_seconds", $"must be from 1 to {Sizes.LongestInviteSeconds}")
            .Done();                                                      // 422
        var roster = await rosters.CurrentAsync(id, ct);                  // 404
        roster.MustHave(caller.UserId);                                   // 403
        roster.MustNotBeDirect();                                         // 409
        roster.MustModerate(caller.UserId);                               // 403
        var code = Convert.ToBase64String(RandomNumberGenerator.GetBytes(CodeBytes)).Replace('+', '-').Replace('/', '_');
        var now = clock.NowMs();
        var expiresAt = now + seconds * 1000;
        await store.AddAsync(new InviteRow { CodeHash = Hash(code), ConversationId = id, ExpiresAt = expiresAt, UsesLeft = uses }, caller.UserId, now, ct);
        return new Invite(code, Times.FromMs(expiresAt), uses);
    }

    public static byte[] Hash(string code) => SHA256.HashData(Encoding.UTF8.GetBytes(code));
}
