using Sotto.Contracts;
using Sotto.Server.Storage;

namespace Sotto.Server.Conversations;

/// <summary>The conversations and memberships in a user's export.</summary>
internal sealed class ExportConversations(ConversationViews views, TimeProvider clock)
{
    private const int AtOnce = 500;

    public async Task<UserExport> FillAsync(Guid userId, UserExport export, CancellationToken ct)
    {
        var all = new List<Conversation>();
        Page<Conversation> page;
        do
        {
            page = await views.ListAsync(
                new ConversationQuery(userId, ListedConversations.Own, null, null, null, null, all.Count, AtOnce, clock.NowMs()), ct);
            all.AddRange(page.Data);
        }
        while (page.Data.Count == AtOnce);

        return export with
        {
            Conversations = [.. all.DistinctBy(one => one.Id)],
            Memberships = [.. all.DistinctBy(one => one.Id).Select(one => one.Membership).OfType<ConversationMember>()],
        };
    }
}
