using LayerShuffle.Core.Damages;
using LayerShuffle.Core.Distributions;

namespace LayerShuffle.Core.Links;

/// <summary>The conditions of every link, and the exceptions.</summary>
/// <param name="Default">Conditions of every link between two endpoints.</param>
/// <param name="Links">Exceptions, applied in order.</param>
public sealed record NetworkSpec(LinkConditions Default, IReadOnlyList<LinkException> Links)
{
    /// <summary>A perfect network.</summary>
    public static NetworkSpec Perfect { get; } = new(LinkConditions.Perfect, []);

    /// <summary>Wall clock: whether links apply to Akka.Cluster's own gossip and heartbeats too (<c>network.membership: lossy</c>).</summary>
    public bool MembershipLossy { get; init; }

    /// <summary>Whether a layer that is given or gives a number that is none hands its input on unchanged and counts as skipped.</summary>
    public bool NanGuard { get; init; }

    /// <summary>Whether what arrives over some link can be other numbers than those that were sent.</summary>
    /// <param name="faults">What faults set on links.</param>
    public bool Damages(IEnumerable<LinkPatch> faults)
    {
        LinkPatch[] patches = [.. Links.Select(link => link.Set), .. faults];
        bool isChecked = Default.Checksum && patches.All(patch => patch.Checksum != false);
        bool isWhole = Default.Packets is not { LeavesHoles: true } && patches.All(patch => patch.Packets is not { LeavesHoles: true });
        return (!isChecked && (Default.Corrupt > 0 || patches.Any(patch => patch.Corrupt > 0)))
            || !isWhole;
    }
}

/// <summary>The conditions of one directed link. Probabilities lie in [0, 1] and are drawn for each copy of a data message.</summary>
/// <param name="Latency">One-way latency.</param>
/// <param name="BandwidthBytesPerSecond">Bandwidth, or null for unlimited; messages queue for it in order.</param>
/// <param name="Loss">Probability that a data message is lost.</param>
/// <param name="Duplicate">Probability that a data message is sent twice.</param>
/// <param name="Corrupt">Probability that a data message arrives garbled.</param>
/// <param name="Reorder">Probability that a data message skips its latency and overtakes (netem's reorder).</param>
/// <param name="KeepOrder">Whether jitter may not reorder: a message is delivered no earlier than those sent before it (reordered ones excepted).</param>
/// <param name="ControlLossy">Whether control messages are subject to loss too (<c>network.control: lossy</c>).</param>
public sealed record LinkConditions(
    DelayDistribution Latency, double? BandwidthBytesPerSecond, double Loss, double Duplicate, double Corrupt, double Reorder, bool KeepOrder,
    bool ControlLossy)
{
    /// <summary>No latency, no limit, no loss: a link that does nothing.</summary>
    public static LinkConditions Perfect { get; } = new(DelayDistribution.Constant(default), null, 0, 0, 0, 0, false, false);

    /// <summary>Bytes that a data message takes on the link on top of its own: headers and the like (tc-netem(8): PACKETOVERHEAD of <c>rate</c>).</summary>
    public long OverheadBytes { get; init; }

    /// <summary>How losses depend on those before; null: they do not. <c>Loss</c> is then what is lost after long.</summary>
    public LossChain? LossChain { get; init; }

    /// <summary>So many data copies are lost first, whatever the loss is.</summary>
    public int LoseFirst { get; init; }

    /// <summary>How far reordering reaches back; null: each copy is drawn for itself.</summary>
    public ReorderPattern? ReorderPattern { get; init; }

    /// <summary>The queue before the bandwidth; null: without a limit.</summary>
    public QueueSpec? Queue { get; init; }

    /// <summary>What of these conditions a trace sets over time; null: nothing.</summary>
    public LinkTrace? Trace { get; init; }

    /// <summary>Messages as packets, which the loss strikes one by one; null: it strikes whole messages.</summary>
    public PacketSpec? Packets { get; init; }

    /// <summary>What is the matter with a message that arrives garbled.</summary>
    public CorruptionSpec Corruption { get; init; } = CorruptionSpec.OneBit;

    /// <summary>Whether the receiver notices that a message is garbled, and drops it; else it computes on what came.</summary>
    public bool Checksum { get; init; } = true;

    /// <summary>Whether a message that was not lost can be dropped because it is garbled.</summary>
    public bool DropsGarbled => Corrupt > 0 && Checksum;

    /// <summary>Probability that a data message is lost, where the losses do not depend on each other.</summary>
    /// <param name="sizeBytes">Its size.</param>
    public double MessageLoss(long sizeBytes) => Packets?.MessageLoss(Loss, sizeBytes) ?? Loss;

    /// <summary>Whether data messages are lost at all.</summary>
    public bool Loses => Loss > 0 || LoseFirst > 0 || (Queue is not null && BandwidthBytesPerSecond is not null);

    /// <summary>
    /// How long a data message of some bytes occupies the link, in seconds, its overhead (or that of each of its packets) included: 0 without a limit.
    /// </summary>
    public double TransmissionSeconds(double sizeBytes) => BandwidthBytesPerSecond is { } bandwidth
        ? (sizeBytes + Headers((long)Math.Min(sizeBytes, 1e18))) / bandwidth : 0;

    /// <summary>What a data message of some bytes takes of a rate: its own, and its overhead or that of each of its packets.</summary>
    public long OnWire(long sizeBytes) => sizeBytes + Headers(sizeBytes);

    private long Headers(long sizeBytes) => Packets is null ? OverheadBytes : OverheadBytes * Packets.Count(sizeBytes);

    /// <summary>These conditions with what a patch names replaced.</summary>
    public LinkConditions With(LinkPatch patch) => this with
    {
        Latency = patch.Latency ?? Latency,
        BandwidthBytesPerSecond = patch.Bandwidth is { } bandwidth ? (double.IsPositiveInfinity(bandwidth) ? null : bandwidth) : BandwidthBytesPerSecond,
        OverheadBytes = patch.Overhead ?? OverheadBytes,
        Loss = patch.Loss ?? Loss,
        LossChain = patch.Loss is null ? LossChain : patch.LossChain,
        LoseFirst = patch.LoseFirst ?? (patch.Loss is null ? LoseFirst : 0),
        Duplicate = patch.Duplicate ?? Duplicate,
        Packets = patch.Packets ?? Packets,
        Corrupt = patch.Corrupt ?? Corrupt,
        Corruption = patch.Corrupt is null ? Corruption : patch.Corruption ?? CorruptionSpec.OneBit,
        Checksum = patch.Checksum ?? Checksum,
        Reorder = patch.Reorder ?? Reorder,
        ReorderPattern = patch.Reorder is null ? ReorderPattern : patch.ReorderPattern,
        Queue = patch.Queue ?? Queue,
        KeepOrder = patch.KeepOrder ?? KeepOrder,
        Trace = patch.Trace is null ? Trace : patch.Trace.IsNone ? null : patch.Trace,
    };
}

/// <summary>An exception for some directed links. An end is an endpoint's name, or <c>all</c>.</summary>
/// <param name="From">Sending end.</param>
/// <param name="To">Receiving end.</param>
/// <param name="Set">What differs there.</param>
public sealed record LinkException(string From, string To, LinkPatch Set);

/// <summary>Exceptions to a link's conditions, key by key; null leaves a key alone.</summary>
public sealed record LinkPatch
{
    /// <summary>One-way latency.</summary>
    public DelayDistribution? Latency { get; init; }

    /// <summary>Bytes per second; positive infinity lifts the limit.</summary>
    public double? Bandwidth { get; init; }

    /// <summary>Bytes on top of each message.</summary>
    public long? Overhead { get; init; }

    /// <summary>Probability of loss.</summary>
    public double? Loss { get; init; }

    /// <summary>What belongs to <see cref="Loss"/>; without it, losses do not depend on each other.</summary>
    public LossChain? LossChain { get; init; }

    /// <summary>Data copies that are lost first.</summary>
    public int? LoseFirst { get; init; }

    /// <summary>Probability of duplication.</summary>
    public double? Duplicate { get; init; }

    /// <summary>Messages as packets.</summary>
    public PacketSpec? Packets { get; init; }

    /// <summary>Probability of corruption.</summary>
    public double? Corrupt { get; init; }

    /// <summary>What belongs to <see cref="Corrupt"/>; without it, one bit is another.</summary>
    public CorruptionSpec? Corruption { get; init; }

    /// <summary>Whether the receiver drops what is garbled.</summary>
    public bool? Checksum { get; init; }

    /// <summary>Probability of overtaking.</summary>
    public double? Reorder { get; init; }

    /// <summary>What belongs to <see cref="Reorder"/>.</summary>
    public ReorderPattern? ReorderPattern { get; init; }

    /// <summary>The queue before the bandwidth.</summary>
    public QueueSpec? Queue { get; init; }

    /// <summary>Whether jitter may not reorder.</summary>
    public bool? KeepOrder { get; init; }

    /// <summary>What a trace sets over time; <see cref="LinkTrace.None"/> takes it away.</summary>
    public LinkTrace? Trace { get; init; }
}
