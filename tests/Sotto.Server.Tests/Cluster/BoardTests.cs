using Sotto.Server.Cluster;

namespace Sotto.Server.Tests.Cluster;

public sealed class BoardTests
{
    private static readonly NodeId Here = new("here");
    private static readonly NodeId There = new("there");
    private static readonly Guid Alice = Guid.CreateVersion7();
    private static readonly Guid Bob = Guid.CreateVersion7();

    private readonly Board _here = new(Here);
    private readonly Board _there = new(There);

    public BoardTests() => _here.Meet(There);

    [Fact]
    public void A_user_is_on_each_node_that_announced_a_socket()
    {
        _here.Announce([new(Alice, 1)]);
        Tell(There, _there.Announce([new(Alice, 2), new(Bob, 1)]));

        Assert.Equal([Here, There], _here.NodesOf(Alice));
        Assert.Equal([There], _here.NodesOf(Bob));
        Assert.Equal(2, _here.SocketsElsewhere(Alice));
    }

    [Fact]
    public void A_user_without_sockets_is_nowhere()
    {
        Tell(There, _there.Announce([new(Alice, 2)]));
        Tell(There, _there.Announce([new(Alice, 0)]));
        Assert.Empty(_here.NodesOf(Alice));
    }

    [Fact]
    public void What_did_not_change_is_not_told()
    {
        Assert.Equal([new UserSockets(Alice, 1)], _there.Announce([new(Alice, 1), new(Bob, 0)])!.Changes);
        Assert.Null(_there.Announce([new(Alice, 1)]));
    }

    [Fact]
    public void An_older_batch_does_not_undo_a_newer_one()
    {
        var older = _there.Announce([new(Alice, 1)]);
        var newer = _there.Announce([new(Alice, 0)]);
        Tell(There, newer);
        Tell(There, older);
        Assert.Empty(_here.NodesOf(Alice));
    }

    [Fact]
    public void A_digest_brings_a_lost_batch_to_light_and_the_list_repairs_it()
    {
        _there.Announce([new(Alice, 1)]);
        Tell(There, _there.Announce([new(Bob, 1)]));

        Assert.False(_here.Agrees(There, _there.Digest()));
        _here.Replace(There, _there.List());
        Assert.True(_here.Agrees(There, _there.Digest()));
        Assert.Equal([There], _here.NodesOf(Alice));
    }

    [Fact]
    public void A_digest_from_before_the_last_batch_asks_for_nothing()
    {
        var digest = _there.Digest();
        Tell(There, _there.Announce([new(Alice, 1)]));
        Assert.True(_here.Agrees(There, digest));
    }

    [Fact]
    public void A_list_from_before_the_last_batch_changes_nothing()
    {
        var list = _there.List();
        Tell(There, _there.Announce([new(Alice, 1)]));
        _here.Replace(There, list);
        Assert.Equal([There], _here.NodesOf(Alice));
    }

    [Fact]
    public void A_dead_node_is_forgotten_and_its_late_messages_are_not_listened_to()
    {
        var late = _there.Announce([new(Alice, 1)]);
        _here.Forget(There);
        Tell(There, late);
        _here.Replace(There, _there.List());

        Assert.True(_here.Agrees(There, _there.Digest()));
        Assert.Empty(_here.NodesOf(Alice));
        Assert.Equal(0, _here.SocketsElsewhere(Alice));
    }

    [Fact]
    public void The_hash_does_not_depend_on_the_order_in_which_users_came()
    {
        _here.Announce([new(Alice, 1)]);
        _here.Announce([new(Bob, 3)]);
        _here.Announce([new(Alice, 2)]);
        _there.Announce([new(Bob, 3), new(Alice, 2)]);
        Assert.Equal(_here.Digest().Hash, _there.Digest().Hash);
    }

    private void Tell(NodeId from, BoardBatch? batch) => _here.Apply(from, batch!);
}
