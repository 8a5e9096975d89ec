using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Sotto.Contracts;
using Sotto.Server.Http;

namespace Sotto.Server.Operations;

/// <summary>Tells Prometheus what the server does: <c>GET /metrics</c>. Numbers only, and no label that a person chose.</summary>
internal sealed class GetMetrics(MetricBook book, IOptions<OperationsOptions> options)
{
    public static void Map(Routes routes) =>
        routes.Get("~/metrics", "Metrics in Prometheus' text format. With the setting Operations:MetricsToken, only for whoever sends it as bearer token.")
            .For(Access.Anyone).GivesBytes("text/plain")
            .Refuses(Errors.InvalidToken)
            .Handle((GetMetrics use, Call call) => Task.FromResult(use.Get(call.Http.Request.Headers.Authorization.ToString())));

    public RawAnswer Get(string authorization)
    {
        var token = options.Value.MetricsToken;
        if (token.Length > 0 && !Same(authorization, "Bearer " + token))
        {
            throw Errors.InvalidToken.Because("Send the metrics token as 'Authorization: Bearer …'.");
        }

        return new RawAnswer(Encoding.UTF8.GetBytes(book.Write()), "text/plain; version=0.0.4; charset=utf-8");
    }

    private static bool Same(string given, string wanted) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(wanted)));
}
