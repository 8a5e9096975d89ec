namespace Sotto.Server.Sockets;

internal sealed class DeviceSocket;
