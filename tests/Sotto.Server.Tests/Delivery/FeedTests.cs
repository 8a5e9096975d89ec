using CsCheck;
using Sotto.Server.Conversations;
using Sotto.Server.Delivery;
using Sotto.Server.Messages;

namespace Sotto.Server.Tests.Delivery;

public sealed class FeedTests
{
    /// <summary>
    /// A log grows; nudges of its entries come late, twice or never; sockets come at any moment with any cursor, catch up and join, and go. Whoever stays
    /// has every entry after its cursor, once, in order.
    /// </summary>
    [Fact, Rule("M61"), Rule("M64")]
    public void Every_follower_gets_every_entry_after_its_cursor_once_and_in_order() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 1000]).Array[1, 120].Sample(steps =>
        {
            var written = 0L;
            var feed = new Feed(Guid.Empty, 0);
            var nudges = new List<long>();
            var followers = new List<FakeFollower>();
            foreach (var (step, chance) in steps)
            {
                switch (step)
                {
                    case 0 or 1:
                        nudges.Add(++written);
                        break;
                    case 2 when nudges.Count > 0:
                        Nudge(feed, nudges[chance % nudges.Count]);
                        break;
                    case 3 when nudges.Count > 0:
                        nudges.RemoveAt(chance % nudges.Count);
                        break;
                    case 4:
                        followers.Add(Join(feed, chance % (written + 1), written));
                        break;
                    case 5 when followers.Count > 0:
                        feed.Remove(followers[chance % followers.Count].UserId);
                        followers.RemoveAt(chance % followers.Count);
                        break;
                    default:
                        break;
                }
            }

            if (written > 0)
            {
                Nudge(feed, written);
            }

            Assert.All(followers, follower => Assert.Equal(Range(follower.Cursor, written), follower.Got));
        });

    [Fact]
    public void A_feed_nobody_follows_is_closed_and_takes_nobody_in()
    {
        var feed = new Feed(Guid.Empty, 3);
        var follower = new FakeFollower(3);
        Assert.True(feed.TryJoin(follower, 3, 1));
        Assert.True(feed.Leave(follower));
        Assert.False(feed.TryJoin(follower, 3, 1));
    }

    [Fact]
    public void A_head_is_not_moved_past_somebody_who_would_miss_entries()
    {
        var feed = new Feed(Guid.Empty, 3);
        Assert.True(feed.TrySkipTo(5));
        Assert.True(feed.TryJoin(new FakeFollower(5), 5, 1));
        Assert.False(feed.TrySkipTo(6));
    }

    /// <summary>As Feeds does it: pass on, or first read from the log what is missing.</summary>
    private static void Nudge(Feed feed, long seq)
    {
        if (!feed.TryPass(Out(seq)))
        {
            foreach (var missed in Range(feed.Head, seq))
            {
                feed.PassNext(Out(missed));
            }
        }
    }

    /// <summary>As CatchUp does it: read the log from the cursor on until the feed takes one in.</summary>
    private static FakeFollower Join(Feed feed, long cursor, long written)
    {
        var follower = new FakeFollower(cursor);
        var position = cursor;
        do
        {
            foreach (var seq in Range(position, written))
            {
                follower.Take(Out(seq));
            }

            position = written;
        }
        while (!feed.TryJoin(follower, position, 1));
        return follower;
    }

    private static IEnumerable<long> Range(long after, long through)
    {
        for (var seq = after + 1; seq <= through; seq++)
        {
            yield return seq;
        }
    }

    private static Outgoing Out(long seq) => new(new Delivered(new Entry { Seq = seq }, null, MessageParts.None, null, seq), null);

    private sealed class FakeFollower(long cursor) : IFollower
    {
        public long Cursor => cursor;

        public List<long> Got { get; } = [];

        public Guid UserId { get; } = Guid.CreateVersion7();

        public void Take(Outgoing outgoing) => Got.Add(outgoing.Seq);

        public void Left(Feed feed)
        {
        }
    }
}
