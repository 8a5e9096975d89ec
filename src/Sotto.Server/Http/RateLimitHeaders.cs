using Sotto.Server.Callers;

namespace Sotto.Server.Http;

/// <summary>The <c>RateLimit</c> and <c>RateLimit-Policy</c> headers, as the IETF's draft has them.</summary>
internal static class RateLimitHeaders
{
    /// <summary>Writes them when the answer begins, whether the request is served or refused.</summary>
    public static void Promise(HttpContext context, LimitNotes notes) =>
        context.Response.OnStarting(
            state =>
            {
                var (response, noted) = ((HttpResponse, LimitNotes))state;
                if (noted.All.Count > 0)
                {
                    response.Headers["RateLimit-Policy"] = string.Join(", ", noted.All.Select(Policy));
                    response.Headers["RateLimit"] = string.Join(", ", noted.All.Select(State));
                }

                return Task.CompletedTask;
            },
            (context.Response, notes));

    /// <summary>For instance <c>"messages";q=60;w=60</c>: the quota and its window in seconds.</summary>
    public static string Policy(LimitNote note) => $"\"{note.Name}\";q={note.Size};w={Seconds(note.Window)}";

    /// <summary>For instance <c>"messages";r=12;t=31</c>: what remains, and the seconds until it is whole again, or until the next one when nothing remains.</summary>
    public static string State(LimitNote note) => $"\"{note.Name}\";r={note.Left};t={Seconds(note.Reset)}";

    private static long Seconds(TimeSpan time) => (long)Math.Ceiling(Math.Round(time.TotalSeconds, 3));
}
