using CsCheck;
using Sotto.Contracts;
using Sotto.Server.Conversations;
using Sotto.Server.Messages;

namespace Sotto.Server.Tests.Messages;

public sealed class StatusViewTests
{
    private static readonly Guid Alice = Id(1), Bob = Id(2), BobPhone = Id(21), BobLaptop = Id(22);

    [Fact, Rule("M50")]
    public void A_person_is_where_the_furthest_of_their_devices_is()
    {
        Assert.Equal(MessageStatusType.Sent, Status([Cursor(BobPhone, 4, 0)]));
        Assert.Equal(MessageStatusType.Delivered, Status([Cursor(BobPhone, 5, 4), Cursor(BobLaptop, 1, 1)]));
        Assert.Equal(MessageStatusType.Read, Status([Cursor(BobPhone, 5, 0), Cursor(BobLaptop, 9, 5)]));
    }

    [Fact, Rule("M50")]
    public void A_status_never_goes_back_while_cursors_move_forward() =>
        Gen.Select(Gen.Bool, Gen.Long[0, 10], Gen.Long[0, 10]).Array[1, 20].Sample(moves =>
        {
            long[] delivered = [0, 0], read = [0, 0];
            var before = MessageStatusType.Sent;
            foreach (var (laptop, to, seen) in moves)
            {
                var device = laptop ? 1 : 0;
                read[device] = Math.Max(read[device], seen);
                delivered[device] = Math.Max(delivered[device], Math.Max(to, seen));
                var now = Status([Cursor(BobPhone, delivered[0], read[0]), Cursor(BobLaptop, delivered[1], read[1])]);
                Assert.True(now >= before);
                before = now;
            }
        });

    [Fact, Rule("M53")]
    public void A_failure_stands_until_another_device_has_it()
    {
        FailureRow[] failed = [new() { MessageId = Id(50), UserId = Bob, DeviceId = BobPhone, FailedAt = 3 }];
        Assert.Equal(MessageStatusType.Failed, Status([Cursor(BobPhone, 9, 0)], failed));
        Assert.Equal(MessageStatusType.Delivered, Status([Cursor(BobPhone, 9, 0), Cursor(BobLaptop, 5, 0)], failed));
    }

    [Theory, Rule("M56")]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void Without_receipts_on_either_side_read_shows_as_delivered(bool reader, bool viewer)
    {
        Assert.Equal(MessageStatusType.Delivered, Status([Cursor(BobPhone, 5, 5)], readerGives: reader, viewerGives: viewer));
    }

    [Fact, Rule("M55")]
    public void Above_256_members_there_are_counts_only()
    {
        var people = Enumerable.Range(0, 300).Select(i => new RosterMember(new Guid(i, 0, 0, new byte[8]), MemberRole.Member, 1, 0, [])).ToArray();
        var roster = Roster([.. people, new RosterMember(Alice, MemberRole.Admin, 1, 0, [])]);
        var view = new StatusView(
            roster, people.Take(10).Select(person => new CursorRow { UserId = person.UserId, DeviceId = person.UserId, DeliveredSeq = 5 }), Alice);

        Assert.False(view.Lists);
        Assert.Equal(new StatusCounts(290, 10, 0, 0), view.Count(Message(), []));
    }

    private static MessageStatusType Status(CursorRow[] cursors, FailureRow[]? failures = null, bool readerGives = true, bool viewerGives = true)
    {
        var roster = Roster([new(Alice, MemberRole.Member, 1, viewerGives ? 0 : null, []), new(Bob, MemberRole.Member, 1, readerGives ? 0 : null, [])]);
        return Assert.Single(new StatusView(roster, cursors, Alice).Of(Message(), failures ?? [])).Status;
    }

    private static Roster Roster(RosterMember[] members) => new(
        Id(100), 1, ConversationType.Group, ConversationVisibility.Private, null, false, members.ToDictionary(member => member.UserId));

    private static Entry Message() => new() { Id = Id(50), Seq = 5, SenderId = Alice, CreatedAt = 1 };

    private static CursorRow Cursor(Guid device, long delivered, long read) =>
        new() { UserId = Bob, DeviceId = device, DeliveredSeq = delivered, ReadSeq = read };

    private static Guid Id(byte n) => new([.. new byte[15], n]);
}
