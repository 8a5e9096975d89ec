namespace Sotto.Contract.Tests.Stage;

/// <summary>A request and its answer, as they travelled.</summary>
/// <param name="Path">Without prefix of host and with its query string.</param>
public sealed record RestExchange(string Method, string Path, string? RequestBody, Answer Answer);

/// <summary>A frame that the server (or, if <paramref name="FromServer"/> is false, the client) sent.</summary>
public sealed record FrameSeen(bool FromServer, string Text);

/// <summary>All traffic of all tests passes here, so that it can be held against the documents. A check that throws fails the test.</summary>
public static class Traffic
{
    /// <summary>Checks of REST traffic; set once, before the first test.</summary>
    public static Action<RestExchange> RestCheck { get; set; } = static _ => { };

    /// <summary>Checks of frames; set once, before the first test.</summary>
    public static Action<FrameSeen> FrameCheck { get; set; } = static _ => { };

    public static void Seen(RestExchange exchange) => RestCheck(exchange);

    public static void Seen(FrameSeen frame) => FrameCheck(frame);
}
