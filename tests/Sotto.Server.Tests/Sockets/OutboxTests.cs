using Microsoft.Extensions.Time.Testing;
using Sotto.Contracts;
using Sotto.Server.Sockets;

namespace Sotto.Server.Tests.Sockets;

public sealed class OutboxTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact, Rule("W60")]
    public void No_more_than_256_frames_wait()
    {
        var outbox = new Outbox(new Jammed(), _clock);
        var frame = OutboundFrame.Of(new byte[10]);
        for (var i = 0; i < Sizes.OutboxFrames; i++)
        {
            Assert.Equal(Enqueued.Yes, outbox.TryAdd(frame));
        }

        Assert.Equal(Enqueued.Full, outbox.TryAdd(frame));
    }

    [Fact, Rule("W60")]
    public void No_more_than_a_MiB_waits_unless_a_single_frame_is_larger()
    {
        var outbox = new Outbox(new Jammed(), _clock);
        Assert.Equal(Enqueued.Yes, outbox.TryAdd(OutboundFrame.Of(new byte[700 * 1024])));
        Assert.Equal(Enqueued.Full, outbox.TryAdd(OutboundFrame.Of(new byte[400 * 1024])));
        Assert.Equal(Enqueued.Yes, outbox.TryAdd(OutboundFrame.Of(new byte[100 * 1024])));
        Assert.Equal(Enqueued.Yes, new Outbox(new Jammed(), _clock).TryAdd(OutboundFrame.Of(new byte[2 * Sizes.OutboxBytes])));
    }

    [Fact, Rule("W60")]
    public async Task Progress_begins_the_time_anew()
    {
        var connection = new Jammed();
        var outbox = new Outbox(connection, _clock);
        Assert.Equal(TimeSpan.Zero, outbox.Stuck);
        outbox.TryAdd(OutboundFrame.Of(new byte[100 * 1024]));
        await connection.WritingAsync();
        _clock.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal(TimeSpan.FromSeconds(7), outbox.Stuck);

        connection.TakeOne();
        await connection.WritingAsync();
        Assert.Equal(TimeSpan.Zero, outbox.Stuck);
        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(TimeSpan.FromSeconds(9), outbox.Stuck);
    }

    [Fact, Rule("W60")]
    public async Task Who_is_too_slow_gets_the_close_frame_next_and_what_waited_was_never_written()
    {
        var connection = new Jammed();
        var outbox = new Outbox(connection, _clock);
        var written = new List<int>();
        outbox.TryAdd(Frame(1, written));
        await connection.WritingAsync();
        outbox.TryAdd(Frame(2, written));
        outbox.End(4008, drop: true);
        Assert.Equal(Enqueued.Closed, outbox.TryAdd(Frame(3, written)));

        connection.TakeOne();
        await connection.WritingAsync();
        Assert.Equal([0x88, 0x02, 4008 >> 8, 4008 & 0xFF], connection.Last);
        connection.TakeOne();
        await outbox.DrainAsync(TestContext.Current.CancellationToken);
        Assert.Equal([1], written);
    }

    [Fact]
    public async Task Whoever_waits_for_room_goes_on_when_half_is_free_or_the_socket_has_ended()
    {
        var connection = new Jammed();
        var outbox = new Outbox(connection, _clock);
        outbox.TryAdd(OutboundFrame.Of(new byte[20 * 1024]));
        await connection.WritingAsync();
        outbox.TryAdd(OutboundFrame.Of(new byte[600 * 1024]));
        var room = outbox.WaitForRoomAsync(TestContext.Current.CancellationToken);
        Assert.False(room.IsCompleted);
        outbox.Close();
        await room;
        await outbox.WaitForRoomAsync(TestContext.Current.CancellationToken);
    }

    private static OutboundFrame Frame(int number, List<int> written) => OutboundFrame.Of(new byte[10]) with { Written = () => written.Add(number) };

    /// <summary>A connection that takes a write only when it is told to.</summary>
    private sealed class Jammed : MemoryStream
    {
        private readonly SemaphoreSlim _writing = new(0);
        private TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public byte[] Last { get; private set; } = [];

        /// <summary>Completes when the next write has begun.</summary>
        public Task WritingAsync() => _writing.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        public void TakeOne()
        {
            var taken = _taken;
            _taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            taken.SetResult();
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var taken = _taken.Task;
            Last = buffer.ToArray();
            _writing.Release();
            await taken;
        }

        protected override void Dispose(bool disposing)
        {
            _writing.Dispose();
            base.Dispose(disposing);
        }
    }
}
