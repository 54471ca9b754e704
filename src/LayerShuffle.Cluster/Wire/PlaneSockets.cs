using System.Net.Sockets;

namespace LayerShuffle.Cluster.Wire;

/// <summary>Settings of every socket of the data plane.</summary>
internal static class PlaneSockets
{
    /// <summary>No waiting for full packets (a frame's end must not linger); a peer whose machine is gone is noticed within half a minute. Buffers are left to the system, which grows them as needed.</summary>
    public static void Configure(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 15);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
    }
}
