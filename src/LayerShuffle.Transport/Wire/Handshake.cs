using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;
using LayerShuffle.Security;

namespace LayerShuffle.Transport.Wire;

/// <summary>
/// What either side of a connection says first: 32 bytes, little endian: magic u32, version u16, 0 u16, token u64, own endpoint i32 and incarnation i32,
/// expected endpoint i32 and incarnation i32.
/// </summary>
/// <param name="Version">The protocol's version.</param>
/// <param name="Token">What all endpoints of a run have in common.</param>
/// <param name="Endpoint">Who speaks.</param>
/// <param name="Incarnation">In which incarnation.</param>
/// <param name="ToEndpoint">To whom.</param>
/// <param name="ToIncarnation">In which incarnation; −1: any.</param>
internal readonly record struct Hello(ushort Version, ulong Token, int Endpoint, int Incarnation, int ToEndpoint, int ToIncarnation)
{
    public const int Size = 32;
    public const ushort CurrentVersion = 1;
    public const int AnyIncarnation = -1;
    private const uint Magic = 0x4B48534C; // "LSHK"

    public static bool HasMagic(ReadOnlySpan<byte> source) => BinaryPrimitives.ReadUInt32LittleEndian(source) == Magic;

    public void Write(Span<byte> target)
    {
        target[..Size].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(target, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(target[4..], Version);
        BinaryPrimitives.WriteUInt64LittleEndian(target[8..], Token);
        BinaryPrimitives.WriteInt32LittleEndian(target[16..], Endpoint);
        BinaryPrimitives.WriteInt32LittleEndian(target[20..], Incarnation);
        BinaryPrimitives.WriteInt32LittleEndian(target[24..], ToEndpoint);
        BinaryPrimitives.WriteInt32LittleEndian(target[28..], ToIncarnation);
    }

    public static Hello Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt16LittleEndian(source[4..]), BinaryPrimitives.ReadUInt64LittleEndian(source[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[16..]),
        BinaryPrimitives.ReadInt32LittleEndian(source[20..]), BinaryPrimitives.ReadInt32LittleEndian(source[24..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[28..]));

    /// <summary>Why <paramref name="peer"/> cannot talk to who says this; null if it can.</summary>
    public string? Objection(Hello peer)
    {
        if (peer.Version != Version)
            return $"it speaks version {peer.Version} of the data plane's protocol, this endpoint version {Version}; run the same program everywhere";
        if (peer.Token != Token)
            return $"its run is another one (token {peer.Token:X16} instead of {Token:X16}); program version and scenario must be the same everywhere";
        if (peer.ToEndpoint != Endpoint)
            return $"it looked for {Name(peer.ToEndpoint)}, but this is {Name(Endpoint)}";
        if (peer.ToIncarnation != AnyIncarnation && peer.ToIncarnation != Incarnation)
            return $"it looked for incarnation {peer.ToIncarnation} of {Name(Endpoint)}, but this is incarnation {Incarnation}";
        if (peer.Endpoint == Endpoint || peer.Endpoint < 0)
            return $"it calls itself {Name(peer.Endpoint)}, which it cannot be";
        if (ToEndpoint >= 0 && peer.Endpoint != ToEndpoint)
            return $"it is {Name(peer.Endpoint)}, but {Name(ToEndpoint)} was expected there";
        if (ToIncarnation != AnyIncarnation && peer.Incarnation != ToIncarnation)
            return $"it is incarnation {peer.Incarnation} of {Name(peer.Endpoint)}, but incarnation {ToIncarnation} was expected";
        return null;
    }

    /// <summary>An endpoint as people call it.</summary>
    public static string Name(int endpoint) => endpoint == 0 ? "the coordinator" : $"node {endpoint}";
}

/// <summary>
/// The first words on a connection. Who connects says hello; who was connected to says hello and its verdict; who connected says its own verdict. A verdict is
/// u16, the length of the reason (0: welcome), and the reason in UTF-8. So both sides know why, whoever refuses. Strangers that do not even begin with the
/// magic get no answer.
/// </summary>
internal static class Handshake
{
    private const int MaxReasonBytes = 1024;

    /// <summary>The connecting side. Returns once the peer has accepted.</summary>
    /// <exception cref="HandshakeRefusedException">Either side refuses the other.</exception>
    public static async Task ConnectAsync(Stream stream, Hello own, CancellationToken cancellation)
    {
        byte[] buffer = new byte[Hello.Size];
        own.Write(buffer);
        await stream.WriteAsync(buffer, cancellation);
        await stream.FlushAsync(cancellation);
        Hello peer = await ReadHelloAsync(stream, buffer, cancellation);
        string reason = await ReadVerdictAsync(stream, cancellation);
        if (reason.Length > 0)
            throw new HandshakeRefusedException($"{Hello.Name(peer.Endpoint)} refused this endpoint ({Hello.Name(own.Endpoint)}, incarnation "
                + $"{own.Incarnation}): {reason}.");
        string? objection = own.Objection(peer);
        await WriteVerdictAsync(stream, objection, cancellation);
        if (objection is not null)
            throw new HandshakeRefusedException($"{Hello.Name(peer.Endpoint)} was refused: {objection}.");
    }

    /// <summary>The side that was connected to. Returns who connected.</summary>
    /// <param name="stream">The connection.</param>
    /// <param name="own">This endpoint, expecting nobody in particular.</param>
    /// <param name="newest">The newest incarnation known of an endpoint; older ones are refused.</param>
    /// <param name="cancellation">Ends the handshake.</param>
    /// <exception cref="HandshakeRefusedException">Either side refuses the other.</exception>
    public static async Task<Hello> AcceptAsync(Stream stream, Hello own, Func<int, int> newest, CancellationToken cancellation)
    {
        byte[] buffer = new byte[Hello.Size];
        Hello peer = await ReadHelloAsync(stream, buffer, cancellation);
        string? objection = own.Objection(peer);
        if (objection is null && newest(peer.Endpoint) is var known && peer.Incarnation < known)
            objection = $"it is incarnation {peer.Incarnation} of {Hello.Name(peer.Endpoint)}, which incarnation {known} has followed";
        (own with { ToEndpoint = peer.Endpoint, ToIncarnation = peer.Incarnation }).Write(buffer);
        await stream.WriteAsync(buffer, cancellation);
        await WriteVerdictAsync(stream, objection, cancellation);
        if (objection is not null)
            throw new HandshakeRefusedException($"{Hello.Name(peer.Endpoint)} was refused: {objection}.");
        string reason = await ReadVerdictAsync(stream, cancellation);
        if (reason.Length > 0)
            throw new HandshakeRefusedException($"{Hello.Name(peer.Endpoint)} refused this endpoint ({Hello.Name(own.Endpoint)}, incarnation "
                + $"{own.Incarnation}): {reason}.");
        return peer;
    }

    private static async Task<Hello> ReadHelloAsync(Stream stream, byte[] buffer, CancellationToken cancellation)
    {
        await stream.ReadExactlyAsync(buffer.AsMemory(0, 4), cancellation); // enough to tell a stranger
        if (!Hello.HasMagic(buffer))
        {
            throw new FrameFormatException(
                buffer[0] is 0x15 or 0x16 && buffer[1] == 3
                    ? "The peer speaks TLS, but this process was started without a cluster secret."
                    : $"The connection began with {Convert.ToHexString(buffer.AsSpan(0, 4))}, which is no data plane's greeting.");
        }

        await stream.ReadExactlyAsync(buffer.AsMemory(4), cancellation);
        return Hello.Read(buffer);
    }

    private static async Task WriteVerdictAsync(Stream stream, string? objection, CancellationToken cancellation)
    {
        byte[] reason = Encoding.UTF8.GetBytes(objection ?? "");
        byte[] buffer = new byte[2 + Math.Min(reason.Length, MaxReasonBytes)];
        BinaryPrimitives.WriteUInt16LittleEndian(buffer, (ushort)(buffer.Length - 2));
        reason.AsSpan(0, buffer.Length - 2).CopyTo(buffer.AsSpan(2));
        await stream.WriteAsync(buffer, cancellation);
        await stream.FlushAsync(cancellation);
    }

    private static async Task<string> ReadVerdictAsync(Stream stream, CancellationToken cancellation)
    {
        byte[] buffer = new byte[2];
        await stream.ReadExactlyAsync(buffer, cancellation);
        int length = BinaryPrimitives.ReadUInt16LittleEndian(buffer);
        if (length > MaxReasonBytes)
            throw new FrameFormatException($"A handshake's verdict announces {length} bytes; at most {MaxReasonBytes} are expected.");
        buffer = new byte[length];
        await stream.ReadExactlyAsync(buffer, cancellation);
        return new string([.. Encoding.UTF8.GetString(buffer).Where(c => !char.IsControl(c))]); // it goes to a log
    }
}

/// <summary>
/// How two processes of one run prove themselves to each other on a connection within their machine, instead of TLS: both draw a number, and answer the other's
/// with a keyed hash of both numbers and of the addresses and ports of both ends, so that neither an answer to another question nor one that was passed on
/// counts. What follows is not encrypted: on a loopback interface only the system itself, and whoever may do what it may, sees or changes it. Who connects
/// sends 4 bytes of magic and its number, who was connected to its number and answer, who connected its answer.
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

    private static byte[] Answer(byte[] key, char role, byte[] all) =>
        HMACSHA256.HashData(key, (byte[])[.. "layershuffle plane, version 1"u8, (byte)role, .. all]);

    /// <summary>18 bytes of an end of a connection; IPv4 as IPv6 writes it.</summary>
    private static byte[] Bytes(EndPoint? end)
    {
        var point = (IPEndPoint)end!;
        return [.. point.Address.MapToIPv6().GetAddressBytes(), (byte)(point.Port >> 8), (byte)point.Port];
    }
}

/// <summary>
/// Two endpoints do not belong together: other program, other run, other endpoint or other incarnation. The message says which, and who refused.
/// </summary>
public sealed class HandshakeRefusedException : Exception
{
    /// <summary>An error with a sentence that says who refused whom and why.</summary>
    public HandshakeRefusedException(string message)
        : base(message)
    {
    }
}
