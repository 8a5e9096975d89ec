using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Sotto.Contracts;
using Sotto.Server.Conversations;
using Sotto.Server.Storage;

namespace Sotto.Storage.Tests;

/// <summary>One server's hold of a database: its log, its rosters, and what it heard was committed.</summary>
internal sealed class Node : IAsyncDisposable
{
    private readonly Heard _heard = new();

    public Node(StorageOptions options)
    {
        Database = Databases.Open(options);
        Log = new ConversationLog(Database, new LogStore([_heard]));
        Rosters = new Rosters(new RosterStore(Database));
        Changes = new RosterChanges(Rosters, Log, TimeProvider.System);
    }

    public Database Database { get; }

    public ConversationLog Log { get; }

    public Rosters Rosters { get; }

    public RosterChanges Changes { get; }

    /// <summary>The seqs of a conversation in the order this node's hook was told of them.</summary>
    public IReadOnlyList<long> HeardOf(Guid conversationId) => [.. _heard.Entries.Where(e => e.ConversationId == conversationId).Select(e => e.Seq)];

    public async Task<Guid> NewUserAsync()
    {
        var id = Ids.New(TimeProvider.System);
        await Database.WriteAsync(
            session => session.ExecuteAsync(
                """
                insert into users (id, username, display_name, username_key, search_name, status, role, discoverable, show_last_seen, created_at)
                values (@id, @name, @name, @key, @key, 'online', 'user', @yes, @yes, 1)
                """,
                new { id, name = id.ToString(), key = Encoding.UTF8.GetBytes(id.ToString()), yes = true }),
            CancellationToken.None);
        return id;
    }

    /// <summary>A channel, as creating it makes it: one entry, roster version 1.</summary>
    public async Task<Guid> NewConversationAsync(Guid creatorId, params Guid[] others)
    {
        var id = Ids.New(TimeProvider.System);
        var plan = new ConversationPlan(ConversationType.Channel, ConversationVisibility.Private, null, null, null, others);
        var created = SystemMessages.Make(id, new SystemAction(SystemMessages.Created, creatorId, [creatorId, .. others]), TimeProvider.System);
        await Log.AppendAsync(
            new PendingEntry(created, 0)
            {
                ChangesRoster = true,
                Before = session => ConversationStore.AddAsync(session, id, plan, creatorId, 1),
                Also = async (session, pending) =>
                {
                    await MemberStore.AddAsync(session, pending.Entry, [creatorId], MemberRole.Admin, TimeProvider.System);
                    await MemberStore.AddAsync(session, pending.Entry, others, MemberRole.Member, TimeProvider.System);
                },
            },
            CancellationToken.None);
        return id;
    }

    public Task<PendingEntry> SendAsync(Guid conversationId, long rosterVersion, Entry? entry = null) =>
        Log.AppendAsync(new PendingEntry(entry ?? Message(conversationId), rosterVersion), CancellationToken.None);

    public Task<IReadOnlyList<Entry>> ReadAsync(Guid conversationId) =>
        new LogReadStore(Database, TimeProvider.System).AfterAsync(conversationId, 0, long.MaxValue, int.MaxValue, CancellationToken.None);

    public Task<long> LastSeqAsync(Guid conversationId) =>
        Database.ReadAsync(
            session => session.ScalarAsync<long>("select last_seq from heads where conversation_id = @conversationId", new { conversationId }), CancellationToken.None);

    public static Entry Message(Guid conversationId, Guid? device = null, Guid? clientMessageId = null, string content = "")
    {
        var body = Encoding.UTF8.GetBytes(content);
        return new Entry
        {
            Id = Ids.New(TimeProvider.System),
            ConversationId = conversationId,
            SenderId = Guid.Empty,
            SenderDeviceId = device,
            ClientMessageId = clientMessageId,
            RequestHash = SHA256.HashData(body)[..16],
            CreatedAt = 1,
            UpdatedAt = 1,
            Body = body,
        };
    }

    public async ValueTask DisposeAsync()
    {
        Rosters.Dispose();
        await Database.DisposeAsync();
    }

    private sealed class Heard : IEntryCommitted
    {
        public ConcurrentQueue<Entry> Entries { get; } = new();

        public void EntryCommitted(PendingEntry committed) => Entries.Enqueue(committed.Entry);
    }
}
