using System.Buffers;
using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Conversations;
using Sotto.Server.Http;
using Sotto.Server.Storage;

namespace Sotto.Server.Messages;

/// <summary>History: <c>GET /messages/</c> and <c>GET /messages/{id}</c>. A member sees what came since the joining.</summary>
internal sealed class GetMessages(Rosters rosters, MessageStore store, MessageViews views, TimeProvider clock)
{
    private const string Seq = """{"type":"integer","minimum":0}""";

    public static void Map(Routes routes)
    {
        routes.Get("/messages/", "Lists the messages of a conversation, newest first.")
            .Asks("conversation_id", """{"type":"string","format":"uuid"}""", "The conversation to read.", required: true)
            .Pages()
            .Asks("before_seq", Seq, "Only what comes before this seq.")
            .Asks("after_seq", Seq, "Only what comes after this seq.")
            .Asks("order", """{"type":"string","enum":["asc","desc"],"default":"desc"}""", "Newest first (desc) or oldest first (asc).")
            .Gives<Page<Message>>()
            .Refuses(Errors.ConversationNotFound, Errors.NotAMember)
            .Handle((GetMessages use, Call call) => use.ListAsync(call));

        routes.Get("/messages/{message_id}", "Gives one message.")
            .Gives<Message>()
            .Refuses(Errors.MessageNotFound, Errors.NotAMember)
            .Handle(async (GetMessages use, Call call) => new RawAnswer(await use.OneAsync(call.Caller, call.Id("message_id"), call.Ct)));
    }

    private async Task<RawAnswer> ListAsync(Call call)
    {
        var conversationId = call.RequiredQueryId("conversation_id");
        var paging = call.Paging();
        var order = call.QueryText("order") ?? "desc";
        new Check().That(order is "asc" or "desc", "order", "must be asc or desc").Done(); // 422
        var before = call.QueryNumber("before_seq", 0, long.MaxValue);
        var after = call.QueryNumber("after_seq", 0, long.MaxValue);
        var roster = await rosters.CurrentAsync(conversationId, call.Ct);         // 404
        var member = roster.MustHave(call.Caller.UserId);                         // 403

        var now = clock.NowMs();
        // One more than asked for, to know whether there are more.
        var query = new MessageQuery(conversationId, member.JoinedSeq, before, after, paging.Skip, paging.Limit + 1, order == "asc", now);
        var found = await store.ListAsync(query, call.Ct);
        var page = found.Count > paging.Limit ? found.Take(paging.Limit).ToArray() : found;
        var count = await store.CountAsync(conversationId, member.JoinedSeq, now, call.Ct);

        var output = new ArrayBufferWriter<byte>(4096);
        output.Write("{\"data\":["u8);
        await views.WriteListAsync(output, roster, page, Viewer.User(call.Caller.UserId), call.Ct);
        new JsonText(output).Number("],\"count\":"u8, count).Flag(",\"has_more\":"u8, found.Count > paging.Limit).Raw("}"u8);
        return new RawAnswer(output.WrittenMemory);
    }

    private async Task<ReadOnlyMemory<byte>> OneAsync(Caller caller, Guid messageId, CancellationToken ct)
    {
        var message = await store.MustFindAsync(messageId, clock.NowMs(), ct);    // 404
        (await rosters.CurrentAsync(message.ConversationId, ct)).MustSee(caller.UserId, message); // 403
        return await views.WriteAsync(message, Viewer.User(caller.UserId), ct);
    }
}
