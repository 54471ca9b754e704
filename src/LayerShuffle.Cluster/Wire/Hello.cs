using System.Buffers.Binary;

namespace LayerShuffle.Cluster.Wire;

/// <summary>What either side of a connection says first: 32 bytes, little endian: magic u32, version u16, 0 u16, token u64, own endpoint i32 and incarnation i32, expected endpoint i32 and incarnation i32.</summary>
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
        BinaryPrimitives.ReadUInt16LittleEndian(source[4..]), BinaryPrimitives.ReadUInt64LittleEndian(source[8..]), BinaryPrimitives.ReadInt32LittleEndian(source[16..]),
        BinaryPrimitives.ReadInt32LittleEndian(source[20..]), BinaryPrimitives.ReadInt32LittleEndian(source[24..]), BinaryPrimitives.ReadInt32LittleEndian(source[28..]));

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
