namespace Sotto.Server.Sockets;

/// <summary>Whether a socket is closing, and whether it is at a command. Anyone may ask at any time. Pure.</summary>
internal sealed class SocketState
{
    private readonly Lock _lock = new();
    private volatile bool _isClosing;
    private bool _isAtCommand;
    private TimeSpan _closingAt;

    public bool IsClosing => _isClosing;

    /// <summary>The socket's age when it began to close.</summary>
    public TimeSpan? ClosingAt
    {
        get
        {
            lock (_lock)
            {
                return _isClosing ? _closingAt : null;
            }
        }
    }

    /// <param name="sparesCommand">Whether a running command is let go on; whoever runs it closes afterwards.</param>
    /// <returns>False when the socket is closing already, or goes on.</returns>
    public bool TryClose(TimeSpan now, bool sparesCommand = false)
    {
        lock (_lock)
        {
            if (_isClosing || (sparesCommand && _isAtCommand))
            {
                return false;
            }

            (_isClosing, _closingAt) = (true, now);
            return true;
        }
    }

    /// <returns>False when the socket is closing: nothing is begun any more.</returns>
    public bool TryBeginCommand()
    {
        lock (_lock)
        {
            return _isAtCommand = !_isClosing;
        }
    }

    public void EndCommand()
    {
        lock (_lock)
        {
            _isAtCommand = false;
        }
    }
}
