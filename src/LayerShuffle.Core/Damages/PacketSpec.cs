namespace LayerShuffle.Core.Damages;

/// <summary>What becomes of a message of which packets are lost.</summary>
public enum MissingPackets
{
    /// <summary>The numbers that they carried arrive as zeros.</summary>
    Zero,

    /// <summary>They arrive as the mean of what arrived of their token.</summary>
    Mean,

    /// <summary>The whole message is lost.</summary>
    Drop,

    /// <summary>They are sent again until all have arrived: a round trip each time.</summary>
    Resend,
}

/// <summary>Messages as packets, which are lost one by one.</summary>
/// <param name="Bytes">The most that a packet carries of a message.</param>
/// <param name="Missing">What becomes of a message of which packets are lost.</param>
public sealed record PacketSpec(long Bytes, MissingPackets Missing)
{
    /// <summary>Whether a message arrives with holes in it.</summary>
    public bool LeavesHoles => Missing is MissingPackets.Zero or MissingPackets.Mean;

    /// <summary>Packets of a message of some bytes; an empty one is one packet.</summary>
    public int Count(long bytes) => (int)Math.Clamp((bytes + Bytes - 1) / Math.Max(1, Bytes), 1, int.MaxValue);

    /// <summary>Bytes of a message that some of its packets carry: the last one may be a short one.</summary>
    /// <param name="packets">Their numbers, ascending.</param>
    /// <param name="packetBytes">What a packet carries at most.</param>
    /// <param name="bytes">Bytes of the message.</param>
    public static long BytesOf(IReadOnlyList<int> packets, long packetBytes, long bytes)
    {
        if (packets.Count == 0)
            return 0;
        long last = bytes - (packets[^1] * packetBytes);
        return ((packets.Count - 1) * packetBytes) + Math.Clamp(last, 0, packetBytes);
    }

    /// <summary>Probability that a message is lost as a whole, where each packet is by itself.</summary>
    /// <param name="loss">The loss of a packet.</param>
    /// <param name="bytes">Bytes of the message.</param>
    public double MessageLoss(double loss, long bytes) => Missing switch
    {
        MissingPackets.Drop => 1 - Math.Pow(1 - loss, Count(bytes)),
        MissingPackets.Resend => loss < 1 ? 0 : 1,
        _ => Math.Pow(loss, Count(bytes)), // nothing of it arrives
    };

    /// <summary>
    /// Mean number of rounds until all packets of a message have arrived, where each is lost by itself: the mean of the greatest of n geometric numbers,
    /// Σ over k ≥ 0 of 1 − (1 − loss^k)^n.
    /// </summary>
    /// <param name="loss">The loss of a packet, less than 1.</param>
    /// <param name="bytes">Bytes of the message.</param>
    public double MeanRounds(double loss, long bytes)
    {
        int packets = Count(bytes);
        double sum = 0, beyond = 1;
        for (double power = 1; beyond > 1e-15; power *= loss)
            sum += beyond = 1 - Math.Pow(1 - power, packets);
        return sum;
    }
}
