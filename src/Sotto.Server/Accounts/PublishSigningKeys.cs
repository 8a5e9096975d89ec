using Sotto.Contracts;
using Sotto.Server.Http;
using Sotto.Server.Sockets;

namespace Sotto.Server.Accounts;

/// <summary>The public keys of access tokens, RFC 7517: GET /.well-known/jwks.json.</summary>
internal sealed class PublishSigningKeys(SigningKeys keys)
{
    public static void Map(Routes routes, CommandMap commands) =>
        routes.Get("~/.well-known/jwks.json", "Lists the public keys that access tokens are signed with.")
            .For(Access.Anyone)
            .Handle((PublishSigningKeys use, Call call) => use.ListAsync(call.Ct));

    public async Task<JsonWebKeys> ListAsync(CancellationToken ct) => new([.. (await keys.LivingAsync(ct)).Select(key => key.Public)]);
}
