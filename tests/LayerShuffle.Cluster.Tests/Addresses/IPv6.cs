using System.Net;
using System.Net.Sockets;

namespace LayerShuffle.Cluster.Tests.Addresses;

/// <summary>Whether this machine has IPv6: containers often have none.</summary>
internal static class IPv6
{
    public const string Missing = "This machine has no ::1.";

    public static bool IsThere { get; } = Try();

    private static bool Try()
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
