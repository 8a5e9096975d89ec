using Sotto.Contracts;
using Sotto.Server.Http;

namespace Sotto.Server.Operations;

/// <summary>Tells whoever starts and balances servers how this one is: <c>GET /healthz</c> and <c>GET /readyz</c>.</summary>
internal sealed class CheckHealth(Readiness readiness)
{
    public static void Map(Routes routes)
    {
        routes.Get("~/healthz", "Whether the process lives. Asks nothing else, so a restart on its failure makes sense.")
            .For(Access.Anyone)
            .Handle((CheckHealth _, Call _) => Task.FromResult(new Health("ok")));

        routes.Get("~/readyz", "Whether requests are served: the database answers and takes writes, and the server isn't stopping.")
            .For(Access.Anyone)
            .Refuses(Errors.Unavailable)
            .Handle((CheckHealth use, Call call) => use.ReadyAsync(call.Ct));
    }

    private async Task<Health> ReadyAsync(CancellationToken ct)
    {
        await readiness.MustBeReadyAsync(ct);
        return new Health("ready");
    }
}
