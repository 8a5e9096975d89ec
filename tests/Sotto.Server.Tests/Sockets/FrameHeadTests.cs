using System.Text;
using Sotto.Server.Sockets;

namespace Sotto.Server.Tests.Sockets;

public sealed class FrameHeadTests
{
    [Theory, Rule("W20")]
    [InlineData("""{"type":"ping","request_id":"r1"}""", "ping", "r1")]
    [InlineData("""{"request_id":null,"data":{"type":"inner"},"type":"ping"}""", "ping", null)]
    [InlineData("""{"t\u0079pe":"pi\u006eg","r\u0065quest_id":"\u0072"}""", "ping", "r")]
    [InlineData("""{"\ud800":"\ud800","type":"ping"}""", "ping", null)]
    public void A_frame_tells_its_type_and_request_id(string frame, string type, string? requestId)
    {
        Assert.True(FrameHead.TryRead(Encoding.UTF8.GetBytes(frame), out var head));
        Assert.Equal((type, requestId, null), (head.Type, head.RequestId, head.Fault));
    }

    [Theory, Rule("W23", "H43")]
    [InlineData("[]", "body")]
    [InlineData("7", "body")]
    [InlineData("{}", "type")]
    [InlineData("""{"type":7}""", "type")]
    [InlineData("""{"type":"ping","request_id":7}""", "request_id")]
    [InlineData("""{"type":"ping","request_id":"\udc00"}""", "request_id")]
    public void What_does_not_fit_is_named(string frame, string field)
    {
        Assert.True(FrameHead.TryRead(Encoding.UTF8.GetBytes(frame), out var head));
        Assert.Equal(field, head.Fault?.Field);
    }

    [Theory, Rule("W24")]
    [InlineData("""{"type":"\ud800"}""")]
    [InlineData("""{"type":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}""")]
    public void What_no_command_is_called_is_an_unknown_type(string frame)
    {
        Assert.True(FrameHead.TryRead(Encoding.UTF8.GetBytes(frame), out var head));
        Assert.Equal("", head.Type);
    }

    [Theory, Rule("W21")]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("{\"type\":\"ping\"")]
    [InlineData("{\"type\":\"ping\"}}")]
    [InlineData("{\"type\":\"ping\"} x")]
    [InlineData("{'type':'ping'}")]
    [InlineData("{\"type\":\"ping\",}")]
    public void What_is_no_json_is_told_apart(string frame) => Assert.False(FrameHead.TryRead(Encoding.UTF8.GetBytes(frame), out _));
}
