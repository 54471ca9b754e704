using System.Buffers.Binary;
using System.Text;

namespace LayerShuffle.Cluster.Wire;

/// <summary>
/// The first words on a connection. Who connects says hello; who was connected to says hello and its verdict; who connected says its own verdict. A verdict is u16, the length of the reason (0: welcome), and
/// the reason in UTF-8. So both sides know why, whoever refuses. Strangers that do not even begin with the magic get no answer.
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
            throw new HandshakeRefusedException($"{Hello.Name(peer.Endpoint)} refused this endpoint ({Hello.Name(own.Endpoint)}, incarnation {own.Incarnation}): {reason}.");
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
            throw new HandshakeRefusedException($"{Hello.Name(peer.Endpoint)} refused this endpoint ({Hello.Name(own.Endpoint)}, incarnation {own.Incarnation}): {reason}.");
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
