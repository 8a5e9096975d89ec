using Sotto.Contracts;
using Sotto.Server.Conversations;
using Sotto.Server.Storage;

namespace Sotto.Storage.Tests;

/// <summary>The log's promises, with two nodes on one database where the database allows it.</summary>
[Rule("S3")]
public abstract class LogTests(Databases databases, Engine engine) : IAsyncLifetime
{
    private StorageOptions _options = new();
    private Node? _node;

    private Node One => _node!;

    public async ValueTask InitializeAsync()
    {
        _options = await databases.NewAsync(engine);
        _node = new Node(_options);
    }

    public async ValueTask DisposeAsync()
    {
        await One.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact, Rule("S4", "M2")]
    public async Task Numbers_are_dense_from_1_however_many_write_at_once()
    {
        await using var other = engine == Engine.Postgres ? new Node(_options) : null;
        var alice = await One.NewUserAsync();
        var conversations = new[] { await One.NewConversationAsync(alice), await One.NewConversationAsync(alice), await One.NewConversationAsync(alice) };
        var nodes = new[] { One, other ?? One };

        await Task.WhenAll(Enumerable.Range(0, 600).Select(i => nodes[i % 2].SendAsync(conversations[i % 3], 1)));

        foreach (var conversation in conversations)
        {
            Assert.Equal(Enumerable.Range(1, 201).Select(i => (long)i), (await One.ReadAsync(conversation)).Select(entry => entry.Seq));
            Assert.Equal(201, await One.LastSeqAsync(conversation));
            foreach (var node in nodes.Distinct())
            {
                Assert.Equal(node.HeardOf(conversation).Order(), node.HeardOf(conversation));
            }

            Assert.Equal(Enumerable.Range(1, 201).Select(i => (long)i), nodes.Distinct().SelectMany(node => node.HeardOf(conversation)).Order());
        }
    }

    [Fact, Rule("S5")]
    public async Task What_was_decided_on_another_roster_is_not_stored()
    {
        var alice = await One.NewUserAsync();
        var conversation = await One.NewConversationAsync(alice);
        await Assert.ThrowsAsync<RosterMovedException>(() => One.SendAsync(conversation, 0));
        await Assert.ThrowsAsync<RosterMovedException>(() => One.SendAsync(conversation, 2));
        await Assert.ThrowsAsync<RosterMovedException>(() => One.SendAsync(Guid.CreateVersion7(), 1));
        Assert.Equal(1, await One.LastSeqAsync(conversation));
        Assert.Equal([1], One.HeardOf(conversation));
    }

    [Fact, Rule("S5", "M23")]
    public async Task While_members_come_and_go_no_entry_stands_on_an_old_roster()
    {
        await using var other = engine == Engine.Postgres ? new Node(_options) : null;
        var nodes = new[] { One, other ?? One };
        var (alice, bob) = (await One.NewUserAsync(), await One.NewUserAsync());
        var conversation = await One.NewConversationAsync(alice);

        // Each message says on which roster it was decided.
        var sending = Enumerable.Range(0, 200).Select(i => nodes[i % 2].Rosters.WithCurrentAsync(
            conversation,
            roster => nodes[i % 2].SendAsync(conversation, roster.Version, Node.Message(conversation, content: roster.Has(bob) ? "with" : "without")),
            CancellationToken.None));
        var moving = Task.Run(async () =>
        {
            for (var i = 0; i < 10; i++)
            {
                await One.Changes.DecideAsync(
                    conversation,
                    roster => roster.Has(bob)
                        ? One.Changes.RemoveAsync(roster, bob, bob, CancellationToken.None)
                        : One.Changes.AddAsync(roster, new SystemAction(SystemMessages.MemberJoined, bob, [bob]), [bob], _ => Task.CompletedTask, CancellationToken.None),
                    CancellationToken.None);
            }
        });
        await Task.WhenAll([moving, .. sending.Select(task => (Task)task)]);

        var present = false;
        var log = await One.ReadAsync(conversation);
        Assert.Equal(Enumerable.Range(1, 211).Select(i => (long)i), log.Select(entry => entry.Seq));
        foreach (var entry in log.Skip(1))
        {
            if (entry.Kind == EntryKind.System)
            {
                present = SystemMessages.Read(entry).Action == SystemMessages.MemberJoined;
            }
            else
            {
                Assert.Equal(present ? "with" : "without", System.Text.Encoding.UTF8.GetString(entry.Body));
            }
        }
    }

    [Fact, Rule("M3")]
    public async Task Repeats_give_the_first_entry_and_take_no_number()
    {
        await using var other = engine == Engine.Postgres ? new Node(_options) : null;
        var nodes = new[] { One, other ?? One };
        var alice = await One.NewUserAsync();
        var conversation = await One.NewConversationAsync(alice);
        var device = Guid.CreateVersion7();
        var keys = Enumerable.Range(0, 20).Select(_ => Guid.CreateVersion7()).ToArray();

        var sent = await Task.WhenAll(Enumerable.Range(0, 120).Select(i =>
            nodes[i % 2].SendAsync(conversation, 1, Node.Message(conversation, device, keys[i % 20], $"{i % 20}"))));

        Assert.Equal(20, sent.Count(one => one.Existing is null));
        foreach (var same in sent.GroupBy(one => one.Entry.ClientMessageId))
        {
            Assert.Single(same.Select(one => (one.Existing ?? one.Entry).Id).Distinct());
            Assert.Single(same.Select(one => (one.Existing ?? one.Entry).Seq).Distinct());
        }

        Assert.Equal(Enumerable.Range(1, 21).Select(i => (long)i), (await One.ReadAsync(conversation)).Select(entry => entry.Seq));
        Assert.Equal(21, await One.LastSeqAsync(conversation));
    }

    [Fact, Rule("M3")]
    public async Task The_same_client_message_id_with_other_content_is_a_conflict_but_another_device_may_use_it()
    {
        var alice = await One.NewUserAsync();
        var conversation = await One.NewConversationAsync(alice);
        var (phone, laptop, key) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        await One.SendAsync(conversation, 1, Node.Message(conversation, phone, key, "one"));
        var refused = await Assert.ThrowsAsync<RefusedException>(() => One.SendAsync(conversation, 1, Node.Message(conversation, phone, key, "other")));
        Assert.Equal(Errors.IdempotencyConflict, refused.Error);
        Assert.Null((await One.SendAsync(conversation, 1, Node.Message(conversation, laptop, key, "other"))).Existing);
        Assert.Equal(3, await One.LastSeqAsync(conversation));
        Assert.NotNull(await One.Log.FindRepeatAsync(Node.Message(conversation, phone, key, "one"), CancellationToken.None));
    }

    [Fact, Rule("S7", "S4")]
    public async Task One_refused_item_leaves_no_gap_and_its_neighbours_unharmed()
    {
        var alice = await One.NewUserAsync();
        var conversation = await One.NewConversationAsync(alice);
        var all = Enumerable.Range(0, 90).Select(async i =>
        {
            try
            {
                await One.Log.AppendAsync(
                    new PendingEntry(Node.Message(conversation), i % 5 == 1 ? 7 : 1)
                    {
                        Also = i % 3 == 0 ? (_, _) => throw Errors.MessageDeleted.Because("It is gone.") : null,
                    },
                    CancellationToken.None);
                return true;
            }
            catch (RosterMovedException) when (i % 5 == 1)
            {
                return false;
            }
            catch (RefusedException refused) when (i % 3 == 0 && refused.Error == Errors.MessageDeleted)
            {
                return false;
            }
        });
        var stored = (await Task.WhenAll(all)).Count(ok => ok);
        Assert.Equal(48, stored);
        Assert.Equal(Enumerable.Range(1, stored + 1).Select(i => (long)i), (await One.ReadAsync(conversation)).Select(entry => entry.Seq));
        Assert.Equal(stored + 1, await One.LastSeqAsync(conversation));
        Assert.Equal(stored + 1, One.HeardOf(conversation).Count);
    }

    [Fact, Rule("S7")]
    public async Task What_a_refused_item_wrote_is_undone_and_what_others_wrote_stands()
    {
        var (alice, bob) = (await One.NewUserAsync(), await One.NewUserAsync());
        var conversation = await One.NewConversationAsync(alice);
        var refused = Append(bob, refuses: true);
        var stored = Append(alice, refuses: false);
        await Assert.ThrowsAsync<RefusedException>(() => refused);
        await stored;
        var roster = await One.Rosters.CurrentAsync(conversation, CancellationToken.None);
        Assert.Equal((false, MemberRole.Moderator), (roster.Has(bob), roster.Members[alice].Role));

        Task Append(Guid user, bool refuses) => One.Log.AppendAsync(
            new PendingEntry(SystemMessages.Make(conversation, new SystemAction(SystemMessages.RoleChanged, alice, [user]), TimeProvider.System), 1)
            {
                ChangesRoster = true,
                Also = async (session, pending) =>
                {
                    await MemberStore.AddAsync(session, pending.Entry, [user], MemberRole.Member, TimeProvider.System);
                    await MemberStore.SetRoleAsync(session, conversation, user, MemberRole.Moderator);
                    if (refuses)
                    {
                        throw Errors.ConversationFull.Because("It is full.");
                    }
                },
            },
            CancellationToken.None);
    }
}

public sealed class LogOnSqlite(Databases databases) : LogTests(databases, Engine.Sqlite);

public sealed class LogOnPostgres(Databases databases) : LogTests(databases, Engine.Postgres);
