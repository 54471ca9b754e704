using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Clusters;

/// <summary>The nodes and which layers they host.</summary>
/// <param name="Nodes">The nodes, in the scenario's order.</param>
/// <param name="Placement">How layers are placed on them.</param>
public sealed record ClusterSpec(IReadOnlyList<NodeSpec> Nodes, PlacementSpec Placement)
{
    /// <summary>The endpoint that is not a node.</summary>
    public const string Coordinator = "coordinator";

    /// <summary>Wall clock: whether a worker that ends without a fault asking for it is started again, with its layers of the last checkpoint.</summary>
    public bool Respawn { get; init; } = true;

    /// <summary>Nodes that fail together.</summary>
    public IReadOnlyList<FailureDomain> Domains { get; init; } = [];

    /// <summary>What becomes of the layers of a node that is down.</summary>
    public RecoveryKind Recovery { get; init; }

    /// <summary>From a node's death until others serve its layers, where they do: exactly this on the virtual clock, at least this on the wall clock.</summary>
    public Duration RecoveryTime { get; init; }

    /// <summary>What a layer gets whose weights are gone, when its node is back.</summary>
    public RestoreKind Restore { get; init; }

    /// <summary>The format of activations between endpoints: their size follows from it, and what arrives is rounded to it.</summary>
    public WireFormat Wire { get; init; }

    /// <summary>Energy of a bit that takes bandwidth; null: not known.</summary>
    public double? JoulesPerBit { get; init; }

    /// <summary>Whether any node's links share a rate.</summary>
    public bool SharesRates => Nodes.Any(node => node.UplinkBytesPerSecond is not null || node.DownlinkBytesPerSecond is not null);

    /// <summary>How long so many bytes take at most for the uplink of a node and the downlink of another, in seconds: 0 where no rates are shared.</summary>
    public double SharedSeconds(double bytes) => !SharesRates ? 0 :
        Nodes.Max(node => bytes / node.UplinkBytesPerSecond ?? 0) + Nodes.Max(node => bytes / node.DownlinkBytesPerSecond ?? 0);

    /// <summary>Wall clock: how patient Akka.Cluster is. Processes are started once for all trials, so it is the same in all of them.</summary>
    public MembershipSpec Membership { get; init; } = MembershipSpec.Default;
}

/// <summary>Nodes that share what can fail: a rack, a room, a power supply.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Nodes">Its nodes, which may be in other domains too.</param>
public sealed record FailureDomain(string Name, IReadOnlyList<string> Nodes);

/// <summary>One node.</summary>
/// <param name="Name">Its name: an endpoint.</param>
/// <param name="ComputeTime">Time of one layer for one request.</param>
/// <param name="Slowdown">A standing factor on compute time, 1 by default.</param>
/// <param name="Device"><c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>; null for the run's.</param>
public sealed record NodeSpec(string Name, ComputeTimeSpec ComputeTime, double Slowdown, string? Device)
{
    /// <summary>
    /// Its share of the layers relative to the other nodes', greater than 0; null: 1 ÷ slowdown, and on the wall clock what it has when it joins.
    /// </summary>
    public double? Capacity { get; init; }

    /// <summary>The most weights it may host, in bytes; null: no limit, and on the wall clock what it has when it joins.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>How many weights it keeps loaded, and how fast it loads others; null: it keeps all that it hosts.</summary>
    public ResidentSpec? Resident { get; init; }

    /// <summary>How much slower it computes after it has come back; null: not at all.</summary>
    public SlowStartSpec? SlowStart { get; init; }

    /// <summary>What it draws; null: not known.</summary>
    public PowerSpec? Power { get; init; }

    /// <summary>What it costs an hour, in whatever currency; null: not known.</summary>
    public double? PricePerHour { get; init; }

    /// <summary>Bytes a second that all links from it share; null: no limit.</summary>
    public double? UplinkBytesPerSecond { get; init; }

    /// <summary>Bytes a second that all links to it share; null: no limit.</summary>
    public double? DownlinkBytesPerSecond { get; init; }

    /// <summary>Its share of the layers as far as is known: what is given, else 1 ÷ slowdown.</summary>
    public double Share => Capacity ?? 1 / Slowdown;
}

/// <summary>
/// Memory for fewer weights than a node hosts: when a layer is computed that is not loaded, those used least recently are evicted, and it is loaded first.
/// </summary>
/// <param name="LimitBytes">The most weights that are loaded at a time.</param>
/// <param name="BytesPerSecond">How fast weights are loaded.</param>
public sealed record ResidentSpec(long LimitBytes, double BytesPerSecond);

/// <summary>A node that has come back computes slower for a while.</summary>
/// <param name="Factor">How many times as long layers take.</param>
/// <param name="For">How long.</param>
public sealed record SlowStartSpec(double Factor, Duration For);

/// <summary>What a node draws.</summary>
/// <param name="IdleWatts">While it computes nothing.</param>
/// <param name="ComputeWatts">While a layer runs.</param>
public sealed record PowerSpec(double IdleWatts, double ComputeWatts);

/// <summary>Time of one layer for one request: a draw plus a part for every image.</summary>
/// <param name="Base">Constant or drawn part.</param>
/// <param name="PerImage">Part for every image of the request.</param>
public sealed record ComputeTimeSpec(DelayDistribution Base, Duration PerImage)
{
    /// <summary>No time at all.</summary>
    public static ComputeTimeSpec Zero { get; } = new(DelayDistribution.Constant(default), default);

    /// <summary>The time of one layer for one request: the base at a uniform draw, and a part for every image.</summary>
    /// <param name="uniform">A draw in [0, 1).</param>
    /// <param name="images">Images in the request.</param>
    public Duration Sample(double uniform, int images) => Base.Sample(uniform) + PerImage * (long)images;
}

/// <summary>Wall clock: how patient Akka.Cluster is with members that it cannot reach.</summary>
/// <param name="AcceptableHeartbeatPause">How long heartbeats may stay out before a member counts as unreachable.</param>
/// <param name="StableAfter">How long nothing may have changed before unreachable members are downed; the coordinator never is.</param>
public sealed record MembershipSpec(Duration AcceptableHeartbeatPause, Duration StableAfter)
{
    /// <summary>Half a minute in all: busy machines are not mistaken for dead ones.</summary>
    public static MembershipSpec Default { get; } = new(Duration.FromSeconds(20), Duration.FromSeconds(10));
}

/// <summary>Where a layer whose weights are gone gets them.</summary>
public enum RestoreKind
{
    /// <summary>From the coordinator, as they were trained.</summary>
    Checkpoint,

    /// <summary>The mean of the layers before and after.</summary>
    Neighbours,

    /// <summary>Their mean, weighted by the squared norms of the loss' gradient by them (CheckFree, arXiv 2506.15461).</summary>
    NeighboursWeighted,

    /// <summary>Those of the layer before.</summary>
    Copy,

    /// <summary>Zeros: the layer does nothing.</summary>
    Zero,

    /// <summary>Those with which a training would begin.</summary>
    Random,

    /// <summary>Nowhere: the layer stays away.</summary>
    None,
}

/// <summary>What becomes of the layers of a node that is down.</summary>
public enum RecoveryKind
{
    /// <summary>They wait for their node: routing must cope.</summary>
    None,

    /// <summary>Survivors host them from the last checkpoint, within limits of memory.</summary>
    Rehost,
}
