using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Messages;

public abstract class StatusTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("M50", "M51", "M52", "M54", "W44", "W45")]
    public async Task Delivered_and_read_cover_what_came_before_and_never_go_back()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        var (first, second, third) = (await alice.SendsAsync("1", direct), await alice.SendsAsync("2", direct), await alice.SendsAsync("3", direct));
        var watcher = await alice.ConnectsAsync();
        await bob.PostAsync("/sync/ack", new SyncAck(direct.Id, second.Seq)).IsAsync(204);
        var told = await watcher.ReceivesAsync("message_status_update", new { message_id = second.Id, status = "delivered", user_id = bob.Id, conversation_id = direct.Id });
        Assert.NotNull(told.Data.Text("status_at"));
        Assert.Equal(["delivered", "delivered", "sent"], await AllAsync(alice, first, second, third));

        await bob.PostAsync($"/messages/{first.Id}/status", new StatusReport(MessageStatusType.Read)).IsAsync(204);
        await watcher.ReceivesAsync("message_status_update", new { message_id = first.Id, status = "read", user_id = bob.Id });
        Assert.Equal(["read", "delivered", "sent"], await AllAsync(alice, first, second, third));
        Assert.Equal((2L, first.Id), await UnreadAsync(bob, direct));

        var socket = await bob.ConnectsAsync();
        await socket.SendAsync(new { type = "message_status", message_id = third.Id, status = "read" });
        await watcher.ReceivesAsync("message_status_update", new { message_id = third.Id, status = "read" });
        await socket.SendAsync(new { type = "message_status", message_id = first.Id, status = "delivered" });
        await socket.SendAsync(new { type = "ack", conversation_id = direct.Id, seq = first.Seq });
        await bob.PostAsync($"/messages/{second.Id}/status", new StatusReport(MessageStatusType.Delivered)).IsAsync(204);
        Assert.Equal(["read", "read", "read"], await AllAsync(alice, first, second, third));
        Assert.Equal((0L, third.Id), await UnreadAsync(bob, direct));
        await bob.PostAsync($"/messages/{first.Id}/status", new { status = "sent" }).IsRefusedAsync(Errors.ValidationError);
    }

    [Fact, Rule("M50", "M51")]
    public async Task A_user_is_as_far_as_the_furthest_device()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        var laptop = await bob.NewDeviceAsync();
        var sent = await alice.SendsAsync("1", direct);
        await laptop.PostAsync($"/messages/{sent.Id}/status", new StatusReport(MessageStatusType.Read)).IsAsync(204);
        await bob.PostAsync("/sync/ack", new SyncAck(direct.Id, sent.Seq)).IsAsync(204);
        Assert.Equal(["read"], await AllAsync(alice, sent));
        Assert.Equal((0L, sent.Id), await UnreadAsync(bob, direct));
    }

    [Fact, Rule("M52", "M53")]
    public async Task Failed_is_for_one_message_until_the_device_says_better()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        var (first, second) = (await alice.SendsAsync("1", direct), await alice.SendsAsync("2", direct));
        var watcher = await alice.ConnectsAsync();
        await bob.PostAsync("/sync/ack", new SyncAck(direct.Id, second.Seq)).IsAsync(204);
        await bob.PostAsync($"/messages/{second.Id}/status", new StatusReport(MessageStatusType.Failed)).IsAsync(204);
        await watcher.ReceivesAsync("message_status_update", new { message_id = second.Id, status = "failed", user_id = bob.Id });
        Assert.Equal(["delivered", "failed"], await AllAsync(alice, first, second));
        await bob.PostAsync($"/messages/{second.Id}/status", new StatusReport(MessageStatusType.Delivered)).IsAsync(204);
        Assert.Equal(["delivered", "delivered"], await AllAsync(alice, first, second));
    }

    [Fact, Rule("M53")]
    public async Task A_member_none_of_whose_devices_was_addressed_has_failed()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        await bob.Phone.PublishesKeysAsync();
        var sent = await alice.SendsAsync("for nobody", direct);
        Assert.Equal(["failed"], await AllAsync(alice, sent));
        await alice.PostAsync($"/messages/{sent.Id}/keys", new { recipient_keys = new[] { TestDevice.Wrap(bob.Id, bob.Phone.Id) } }).IsAsync(204);
        Assert.Equal(["sent"], await AllAsync(alice, sent));
    }

    [Fact, Rule("M57")]
    public async Task Nobody_reports_on_what_they_may_not_see_or_on_their_own()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        var direct = await alice.CreatesDirectAsync(bob);
        var sent = await alice.SendsAsync("1", direct);
        await carol.PostAsync($"/messages/{sent.Id}/status", new StatusReport(MessageStatusType.Read)).IsRefusedAsync(Errors.NotAMember);
        await alice.PostAsync($"/messages/{sent.Id}/status", new StatusReport(MessageStatusType.Read)).IsAsync(204);
        await alice.PostAsync($"/messages/{sent.Id}/status", new StatusReport(MessageStatusType.Failed)).IsAsync(204);
        Assert.Equal(["sent"], await AllAsync(alice, sent));
        await bob.PostAsync($"/messages/{Guid.CreateVersion7()}/status", new StatusReport(MessageStatusType.Read)).IsRefusedAsync(Errors.MessageNotFound);
    }

    [Fact, Rule("M56")]
    public async Task Who_gives_no_read_receipts_sees_none()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        var direct = await alice.CreatesDirectAsync(bob);
        await bob.PatchAsync("/users/me", new { settings = new { read_receipts = false } }).IsAsync(200);
        var (fromAlice, fromBob) = (await alice.SendsAsync("a", direct), await bob.SendsAsync("b", direct));
        var watcher = await alice.ConnectsAsync();
        await bob.PostAsync($"/messages/{fromAlice.Id}/status", new StatusReport(MessageStatusType.Read)).IsAsync(204);
        await alice.PostAsync($"/messages/{fromBob.Id}/status", new StatusReport(MessageStatusType.Read)).IsAsync(204);
        await watcher.ReceivesAsync("message_status_update", new { message_id = fromAlice.Id, status = "delivered" });
        Assert.Equal(["delivered"], await AllAsync(alice, fromAlice));
        Assert.Equal(["delivered"], await AllAsync(bob, fromBob));
        Assert.Equal((0L, fromAlice.Id), await UnreadAsync(bob, direct));
    }

    [Fact, Rule("M55")]
    public async Task Above_256_members_only_the_counts_are_given()
    {
        var alice = await PersonAsync("alice");
        var channel = await alice.CreatesAsync(new NewConversation(ConversationType.Channel, "Large", ConversationVisibility.Public));
        var others = await PeopleAsync(null, [.. Enumerable.Range(0, 256).Select(i => $"m{i}")]);
        await Task.WhenAll(others.Skip(1).Select(one => one.PostAsync($"/conversations/{channel.Id}/join").IsAsync(200)));
        var small = await alice.SendsAsync("to 255", channel);
        Assert.Equal(255, (await alice.GetAsync($"/messages/{small.Id}").AsAsync<Message>()).Statuses.Count);

        await others[0].PostAsync($"/conversations/{channel.Id}/join").IsAsync(200);
        var large = await alice.SendsAsync("to 256", channel);
        await others[1].PostAsync($"/messages/{large.Id}/status", new StatusReport(MessageStatusType.Read)).IsAsync(204);
        await others[2].PostAsync("/sync/ack", new SyncAck(channel.Id, large.Seq)).IsAsync(204);
        var seen = await alice.GetAsync($"/messages/{large.Id}").AsAsync<Message>();
        Assert.Empty(seen.Statuses);
        Assert.Equal(new StatusCounts(254, 1, 1, 0), seen.StatusCounts);
    }

    private static async Task<IReadOnlyList<string>> AllAsync(Person viewer, params Message[] messages)
    {
        var all = new List<string>();
        foreach (var message in messages)
        {
            var seen = await viewer.GetAsync($"/messages/{message.Id}").AsAsync<Message>();
            all.Add(Assert.Single(seen.Statuses).Status.ToString().ToLowerInvariant());
        }

        return all;
    }

    private static async Task<(long, Guid?)> UnreadAsync(Person person, Conversation conversation)
    {
        var membership = (await person.SeesAsync(conversation)).Membership!;
        return (membership.UnreadCount, membership.LastReadMessageId);
    }
}

public sealed class StatusOnSqlite(Servers servers) : StatusTests(servers, Db.Sqlite);

public sealed class StatusOnPostgres(Servers servers) : StatusTests(servers, Db.Postgres);
