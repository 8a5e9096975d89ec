using CsCheck;
using Sotto.Server.Cluster;

namespace Sotto.Server.Tests.Cluster;

/// <summary>Boards of three nodes whose messages are lost, doubled and late, some of them from nodes that have died.</summary>
public sealed class BoardModelTests
{
    private static readonly Guid[] Users = [.. Enumerable.Range(0, 6).Select(_ => Guid.CreateVersion7())];

    private static readonly Gen<Step[]> Steps =
        Gen.Select(Gen.Enum<Kind>(), Gen.Int[0, 2], Gen.Int[0, 5], Gen.Int[0, 3]).Select((kind, node, user, number) => new Step(kind, node, user, number)).Array[0, 60];

    private enum Kind
    {
        Change,
        Announce,
        Deliver,
        DeliverTwice,
        Lose,
        Digest,
        Restart,
    }

    [Fact]
    public void Whatever_was_lost_or_late_one_round_of_digests_brings_every_board_to_the_truth() => Steps.Sample(steps =>
    {
        var world = new World();
        foreach (var step in steps)
        {
            world.Run(step);
        }

        world.SettleByDigests();
        world.AssertTruth();
    }, iter: 3000);

    private sealed record Step(Kind Kind, int Node, int User, int Number);

    /// <summary>A node's true counts, and what it believes of the others.</summary>
    private sealed class Node(NodeId id)
    {
        public NodeId Id => id;

        public Board Board { get; } = new(id);

        public Dictionary<Guid, int> Truth { get; } = [];

        public HashSet<Guid> Changed { get; } = [];

        public BoardBatch? Announce()
        {
            var batch = Board.Announce(Changed.Select(user => new UserSockets(user, Truth.GetValueOrDefault(user))));
            Changed.Clear();
            return batch;
        }
    }

    private sealed class World
    {
        private readonly Node[] _nodes = [new(new("0.1")), new(new("1.1")), new(new("2.1"))];
        private readonly List<(NodeId From, NodeId To, NodeMessage Message)> _onTheWay = [];
        private int _restarts = 1;

        public World()
        {
            foreach (var node in _nodes)
            {
                MeetAll(node);
            }
        }

        public void Run(Step step)
        {
            var node = _nodes[step.Node];
            switch (step.Kind)
            {
                case Kind.Change:
                    node.Truth[Users[step.User]] = step.Number;
                    node.Changed.Add(Users[step.User]);
                    break;
                case Kind.Announce:
                    TellOthers(node, node.Announce());
                    break;
                case Kind.Digest:
                    TellOthers(node, node.Board.Digest());
                    break;
                case Kind.Restart:
                    Restart(step.Node);
                    break;
                case Kind.Deliver or Kind.DeliverTwice or Kind.Lose when _onTheWay.Count > 0:
                    var at = (step.User + (step.Number * 7)) % _onTheWay.Count;
                    var letter = _onTheWay[at];
                    if (step.Kind != Kind.DeliverTwice)
                    {
                        _onTheWay.RemoveAt(at);
                    }

                    if (step.Kind != Kind.Lose)
                    {
                        Deliver(letter);
                    }

                    break;
            }
        }

        /// <summary>Everything still on the way is lost; then each node tells its last changes and its digest, and nothing is lost any more.</summary>
        public void SettleByDigests()
        {
            _onTheWay.Clear();
            foreach (var node in _nodes)
            {
                TellOthers(node, node.Announce());
                TellOthers(node, node.Board.Digest());
            }

            while (_onTheWay.Count > 0)
            {
                var letter = _onTheWay[0];
                _onTheWay.RemoveAt(0);
                Deliver(letter);
            }
        }

        public void AssertTruth()
        {
            foreach (var node in _nodes)
            {
                foreach (var user in Users)
                {
                    Assert.Equal(_nodes.Where(n => n.Truth.GetValueOrDefault(user) > 0).Select(n => n.Id.Value).Order(), node.Board.NodesOf(user).Select(n => n.Value).Order());
                    Assert.Equal(_nodes.Where(n => n != node).Sum(n => n.Truth.GetValueOrDefault(user)), node.Board.SocketsElsewhere(user));
                }
            }
        }

        /// <summary>What the host does with each kind.</summary>
        private void Deliver((NodeId From, NodeId To, NodeMessage Message) letter)
        {
            if (_nodes.SingleOrDefault(n => n.Id == letter.To) is not { } to)
            {
                return;
            }

            switch (letter.Message)
            {
                case BoardBatch batch:
                    to.Board.Apply(letter.From, batch);
                    break;
                case BoardList list:
                    to.Board.Replace(letter.From, list);
                    break;
                case BoardDigest digest when !to.Board.Agrees(letter.From, digest):
                    _onTheWay.Add((to.Id, letter.From, new BoardQuestion()));
                    break;
                case BoardQuestion:
                    _onTheWay.Add((to.Id, letter.From, to.Board.List()));
                    break;
            }
        }

        private void Restart(int index)
        {
            var dead = _nodes[index];
            var born = _nodes[index] = new(new($"{index}.{++_restarts}"));
            foreach (var other in _nodes.Where(n => n != born))
            {
                other.Board.Forget(dead.Id);
                other.Board.Meet(born.Id);
            }

            MeetAll(born);
        }

        private void MeetAll(Node node)
        {
            foreach (var other in _nodes.Where(n => n != node))
            {
                node.Board.Meet(other.Id);
                _onTheWay.Add((node.Id, other.Id, new BoardQuestion()));
            }
        }

        private void TellOthers(Node from, NodeMessage? message)
        {
            if (message is not null)
            {
                _onTheWay.AddRange(_nodes.Where(n => n != from).Select(n => (from.Id, n.Id, message)));
            }
        }
    }
}
