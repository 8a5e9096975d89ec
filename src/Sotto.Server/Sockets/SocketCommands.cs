using Sotto.Contracts;

namespace Sotto.Server.Sockets;

/// <summary>The commands of the socket itself: <c>auth</c> with a fresh token, and <c>ping</c>.</summary>
internal sealed class SocketCommands
{
    public static void Map(CommandMap commands)
    {
        commands.On("auth", "Authenticates the socket; again with a fresh token before it expires, extends it.")
            .Answers<AuthOk>("auth_ok")
            .Refuses(Errors.InvalidToken, Errors.TokenExpired, Errors.DeviceRevoked, Errors.PermissionDenied)
            .Handle((SocketCommands _, CommandCall call, Authenticate body) =>
            {
                new Check().Required(body.Token, "token").Done();                 // 422
                return call.Socket.ExtendAsync(body.Token!, call.Ct);
            });

        commands.On("ping", "Asks whether the server is there.")
            .Answers<Pong>("pong")
            .Handle((SocketCommands _, CommandCall _, Ping _) => Task.FromResult(new Pong()));

        commands.Pushes<AuthOk>("auth_ok", "The socket is authenticated.");
        commands.Pushes<TokenExpiring>("token_expiring", "The token ends soon; send auth with a fresh one.");
        commands.Pushes<ErrorBody>("error", "A frame was refused; the socket stays.");
    }
}
