using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using LayerShuffle.Cluster.Security;

namespace LayerShuffle.Cluster.Wire;

/// <summary>
/// How two processes of one run prove themselves to each other on a connection within their machine, instead of TLS: both draw a number, and answer the other's with a keyed hash of both numbers and of the addresses
/// and ports of both ends, so that neither an answer to another question nor one that was passed on counts. What follows is not encrypted: on a loopback interface only the system itself, and whoever
/// may do what it may, sees or changes it. Who connects sends 4 bytes of magic and its number, who was connected to its number and answer, who connected its answer.
/// </summary>
internal static class KeyedHandshake
{
    private const int NumberSize = 32, AnswerSize = 32;
    private static readonly byte[] Magic = "LSKH"u8.ToArray();

    /// <summary>The connecting side.</summary>
    /// <exception cref="AuthenticationException">The other does not know the key.</exception>
    public static async Task ConnectAsync(Socket socket, Stream stream, byte[] key, CancellationToken cancellation)
    {
        byte[] own = Chance.Bytes(NumberSize), theirs = new byte[NumberSize + AnswerSize];
        await stream.WriteAsync((byte[])[.. Magic, .. own], cancellation).ConfigureAwait(false);
        await stream.ReadExactlyAsync(theirs, cancellation).ConfigureAwait(false);
        byte[] all = [.. own, .. theirs.AsSpan(0, NumberSize), .. Bytes(socket.LocalEndPoint), .. Bytes(socket.RemoteEndPoint)];
        if (!CryptographicOperations.FixedTimeEquals(theirs.AsSpan(NumberSize), Answer(key, 's', all)))
            throw new AuthenticationException("What listens there is none of this run's processes: it holds another secret.");
        await stream.WriteAsync(Answer(key, 'c', all), cancellation).ConfigureAwait(false);
    }

    /// <summary>The side that was connected to.</summary>
    /// <exception cref="AuthenticationException">The other does not know the key.</exception>
    public static async Task AcceptAsync(Socket socket, Stream stream, byte[] key, CancellationToken cancellation)
    {
        byte[] theirs = new byte[Magic.Length + NumberSize], own = Chance.Bytes(NumberSize), answer = new byte[AnswerSize];
        await stream.ReadExactlyAsync(theirs.AsMemory(0, Magic.Length), cancellation).ConfigureAwait(false); // enough to tell a stranger
        if (!theirs.AsSpan().StartsWith(Magic))
            throw new AuthenticationException("The peer was refused: it does not prove that it knows this run's secret.");
        await stream.ReadExactlyAsync(theirs.AsMemory(Magic.Length), cancellation).ConfigureAwait(false);
        byte[] all = [.. theirs.AsSpan(Magic.Length), .. own, .. Bytes(socket.RemoteEndPoint), .. Bytes(socket.LocalEndPoint)];
        await stream.WriteAsync((byte[])[.. own, .. Answer(key, 's', all)], cancellation).ConfigureAwait(false);
        await stream.ReadExactlyAsync(answer, cancellation).ConfigureAwait(false);
        if (!CryptographicOperations.FixedTimeEquals(answer, Answer(key, 'c', all)))
            throw new AuthenticationException("The peer was refused: it is none of this run's processes, or holds another secret.");
    }

    private static byte[] Answer(byte[] key, char role, byte[] all) => HMACSHA256.HashData(key, (byte[])[.. "layershuffle plane, version 1"u8, (byte)role, .. all]);

    /// <summary>18 bytes of an end of a connection; IPv4 as IPv6 writes it.</summary>
    private static byte[] Bytes(EndPoint? end)
    {
        var point = (IPEndPoint)end!;
        return [.. point.Address.MapToIPv6().GetAddressBytes(), (byte)(point.Port >> 8), (byte)point.Port];
    }
}
