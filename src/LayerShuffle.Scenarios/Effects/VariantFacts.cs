using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Workloads;
using LayerShuffle.Scenarios.Specs;

namespace LayerShuffle.Scenarios.Effects;

/// <summary>What can be foretold of one condition, sweep point and policy. Where something cannot be, the answer is the one that warns of nothing.</summary>
internal sealed class VariantFacts
{
    private const int MostPairs = 10_000, MostPlaces = 100_000;
    private const double FirstTimeout = 1; // seconds: what `timeout: auto` waits before it has measured anything

    private readonly TrialVariant variant;
    private readonly IReadOnlyList<ModelSpec> models;
    private readonly Topology topology;
    private readonly bool[] hosts; // by endpoint
    private readonly HashSet<(int, int)>? neighbours; // the pairs that talk where nothing goes wrong; null: any two that host

    /// <summary>Looks at a variant.</summary>
    /// <param name="variant">The variant.</param>
    /// <param name="models">The models whose sizes are known.</param>
    /// <param name="isKnown">Whether these are all models.</param>
    /// <param name="testImages">How many test images there are; null where that is not known.</param>
    /// <param name="isWall">Whether real time passes: then anything may be late, and any process may end.</param>
    public VariantFacts(TrialVariant variant, IReadOnlyList<ModelSpec> models, bool isKnown, int? testImages, bool isWall)
    {
        (this.variant, this.models, IsWall) = (variant, models, isWall);
        topology = Topology.Of(variant.Cluster);
        Requests = variant.Workload.Requests ?? (testImages is { } images ? (int)Math.Ceiling(images / (double)variant.Workload.ImagesPerRequest) : null);
        LinkFaults = [.. variant.Faults.OfType<LinkFault>()];
        Links = [variant.Network.Default, .. variant.Network.Links.Select(link => variant.Network.Default.With(link.Set))];
        Traces = [.. Links.Select(link => link.Trace).OfType<LinkTrace>()];
        if (Traces.Count > 0)
            Links = [.. Links.SelectMany(link => link.Trace is { } trace ? (LinkConditions[])[link, trace.Worst(link)] : [link])];
        Latencies = [.. Links.Select(link => link.Latency), .. LinkFaults.Select(fault => fault.Set.Latency).OfType<DelayDistribution>()];
        LosesMessages = Links.Any(link => link.Loses)
            || LinkFaults.Exists(fault => fault.Set.Loss > 0 || fault.Set.LoseFirst > 0 || fault.Set.Queue is not null)
            || Traces.Any(trace => trace.Table.Sets(point => point.Up == false));
        HasCopies = Links.Any(link => link.Duplicate > 0) || LinkFaults.Exists(fault => fault.Set.Duplicate > 0);
        IsUnlimited = Links.All(link => link.BandwidthBytesPerSecond is null)
            && LinkFaults.TrueForAll(fault => fault.Set.Bandwidth is null or double.PositiveInfinity);
        IsLossless = Links.All(link => link is { Loss: 0, LoseFirst: 0 }) && LinkFaults.TrueForAll(fault => !(fault.Set.Loss > 0 || fault.Set.LoseFirst > 0))
            && !Traces.Any(trace => trace.Table.Sets(point => point.Loss > 0));
        HasOverhead = Links.Any(link => link.OverheadBytes > 0) || LinkFaults.Exists(fault => fault.Set.Overhead > 0);
        IsChecked = Links.All(link => link.Checksum) && LinkFaults.TrueForAll(fault => fault.Set.Checksum != false);
        IsClean = Links.All(link => link.Corrupt == 0) && LinkFaults.TrueForAll(fault => !(fault.Set.Corrupt > 0));
        HasTensors = models.Count == 0 || models.Any(model => !model.IsNetworkOnly);
        MayMiss = isWall || LosesMessages || Links.Any(link => link.DropsGarbled)
            || variant.Faults.Any(fault => fault is not (SlowdownFault or MemoryFault or ByzantineFault)) || IsSlow();
        hosts = new bool[topology.Count];
        IReadOnlyList<Placement>? placements = isKnown ? Placements() : null;
        if (placements is null)
            Array.Fill(hosts, true);
        foreach (Placement placement in placements ?? [])
        {
            for (int layer = 0; layer < placement.Layers; layer++)
            {
                foreach (int endpoint in placement.Copies(layer))
                    hosts[endpoint] = true;
            }
        }

        if (placements is not null && !MayMiss
            && variant.Routing is { Order: OrderKind.Sequential or OrderKind.Explicit, Prune: null, Copies: CopyChoice.First }
            && variant.Routing is { Parallel: 1, Redundancy: null, Hedge: null })
            neighbours = Neighbours(placements);
        End = LastOutcome();
    }

    /// <summary>Whether any link copies messages. Like what follows it is found once: each of thousands of exceptions is judged by it.</summary>
    public bool HasCopies { get; }

    /// <summary>Whether no link has a bandwidth.</summary>
    public bool IsUnlimited { get; }

    /// <summary>Whether no link draws a loss.</summary>
    public bool IsLossless { get; }

    /// <summary>Whether any link adds bytes to messages.</summary>
    public bool HasOverhead { get; }

    /// <summary>Whether all links drop what is garbled.</summary>
    public bool IsChecked { get; }

    /// <summary>Whether no link garbles anything.</summary>
    public bool IsClean { get; }

    /// <summary>Whether real time passes.</summary>
    public bool IsWall { get; }

    /// <summary>How many requests there are; null where that is not known.</summary>
    public int? Requests { get; }

    /// <summary>The default conditions and those of every exception.</summary>
    public IReadOnlyList<LinkConditions> Links { get; }

    /// <summary>The traces that links follow.</summary>
    public IReadOnlyList<LinkTrace> Traces { get; }

    /// <summary>The faults that change links.</summary>
    public List<LinkFault> LinkFaults { get; }

    /// <summary>Every latency that a link may have at some time.</summary>
    public IReadOnlyList<DelayDistribution> Latencies { get; }

    /// <summary>Whether anything is computed: else the network alone is simulated.</summary>
    public bool HasTensors { get; }

    /// <summary>Whether a link loses messages at some time.</summary>
    public bool LosesMessages { get; }

    /// <summary>Whether the acknowledgement of a hop may stay out longer than its sender waits.</summary>
    public bool MayMiss { get; }

    /// <summary>Seconds within which every acknowledgement comes, surely; null where that cannot be foretold, or some do not come.</summary>
    public double? LongestAnswer => MayMiss || Crossing() is not { Sending: 0 } crossing ? null : 2 * crossing.Latency;

    /// <summary>Whether a request is submitted only when the one before has its outcome.</summary>
    public bool IsOneInFlight => Requests == 1 || variant.Workload.Arrivals is { Kind: ArrivalKind.Closed, Concurrency: 1 };

    /// <summary>Seconds after which the last request has its outcome, surely; null where that cannot be foretold.</summary>
    public double? End { get; }

    /// <summary>Seconds after which no request is submitted any more; null where that depends on the others.</summary>
    public double? LastArrival { get; private set; }

    /// <summary>Whether trainings may meet its faults too, which last for longer than the requests.</summary>
    public bool StrikesTrainings => models.Any(model => model.Training is { Faults: true });

    /// <summary>Whether a node hosts a layer at some time.</summary>
    public bool Hosts(string node) => hosts[topology.Index(node)];

    /// <summary>Whether any of some senders and any of some receivers exchange messages at some time.</summary>
    public bool Talk(IReadOnlyList<string> from, IReadOnlyList<string> to)
    {
        int[] sources = Expand(from), sinks = Expand(to);
        return (long)sources.Length * sinks.Length > MostPairs || sources.Any(source => sinks.Any(sink => Talk(source, sink)));
    }

    /// <summary>Whether a delay is nothing but zero.</summary>
    public static bool IsZero(DelayDistribution delay) => Longest(delay) == 0;

    /// <summary>Whether a delay is the same each time.</summary>
    public static bool IsConstant(DelayDistribution delay) => delay.Kind switch
    {
        DelayKind.Constant => true,
        DelayKind.Uniform => delay.Min == delay.Max,
        DelayKind.Exponential => false,
        DelayKind.Empirical => delay.Quantiles!.Points[0].Value == delay.Quantiles.Points[^1].Value,
        _ => delay.StandardDeviation == default,
    };

    private bool Talk(int a, int b) => a != b && (a == Topology.CoordinatorIndex || hosts[a]) && (b == Topology.CoordinatorIndex || hosts[b]) &&
        (neighbours is null || a == Topology.CoordinatorIndex || b == Topology.CoordinatorIndex || neighbours.Contains((Math.Min(a, b), Math.Max(a, b))));

    private int[] Expand(IReadOnlyList<string> ends) => ends.Contains(Topology.All) ? [.. Enumerable.Range(0, topology.Count)]
        : [.. ends.Select(topology.Index)];

    /// <summary>The longest that a delay can be, in seconds; null where it has no end.</summary>
    private static double? Longest(DelayDistribution delay) =>
        delay.Max is { } most ? Math.Min(most.TotalSeconds, IsConstant(delay) && delay.Kind != DelayKind.Uniform
            ? Math.Max(delay.Mean.TotalSeconds, delay.Min.TotalSeconds) : double.PositiveInfinity) :
        IsConstant(delay) ? Math.Max(delay.Mean.TotalSeconds, delay.Min.TotalSeconds) :
        delay.Quantiles is { } table ? Math.Max(table.Points[^1].Value.TotalSeconds, delay.Min.TotalSeconds) : null;

    /// <summary>The longest latency and transmission of one message in seconds; null where they have no end.</summary>
    private (double Latency, double Sending)? Crossing()
    {
        double latency = 0, sending = 0, bytes = models.Count == 0 ? 0
            : models.Max(model => model.ActivationBytes(variant.Workload.ImagesPerRequest, variant.Cluster.Wire));
        foreach (LinkConditions link in Links)
        {
            if (Longest(link.Latency) is not { } longest || (models.Count == 0 && link.BandwidthBytesPerSecond is not null))
                return null;
            latency = Math.Max(latency, longest);
            sending = Math.Max(sending, link.TransmissionSeconds(bytes));
        }

        if (variant.Cluster.SharesRates)
        {
            if (models.Count == 0)
                return null;
            sending += variant.Cluster.SharedSeconds(bytes + Links.Max(link => link.OverheadBytes));
        }

        return (latency, Links.Any(link => link.Duplicate > 0) ? 2 * sending : sending);
    }

    /// <summary>Whether links and queues alone can make a sender wait longer than it does.</summary>
    private bool IsSlow()
    {
        if (Traces.Count > 0 || Crossing() is not { } crossing)
            return true;
        if (variant.Routing.Timeout is not { } timeout)
            return Links.Count > 1 || crossing.Sending > 0 || !IsConstant(variant.Network.Default.Latency) || 2 * crossing.Latency >= FirstTimeout;
        double queued = crossing.Sending == 0 ? 0 : variant.Workload.Arrivals.Kind == ArrivalKind.Closed
            ? variant.Workload.Arrivals.Concurrency * crossing.Sending : double.PositiveInfinity;
        return timeout.TotalSeconds <= (2 * crossing.Latency) + queued;
    }

    private IReadOnlyList<Placement>? Placements()
    {
        ClusterSpec cluster = variant.Cluster;
        bool moves = cluster.Recovery == RecoveryKind.Rehost && (IsWall || variant.Faults.Any(fault => fault is OutageFault));
        bool isOpen = cluster.Placement.Kind == PlacementKind.Capacity && (IsWall || cluster.Nodes.Any(node => node.MemoryBytes is not null));
        if (moves || isOpen || models.Count == 0
            || models.Sum(model => (long)model.NumHiddenLayers) * variant.Routing.Replicas * cluster.Nodes.Count > MostPlaces)
            return null;
        try
        {
            return [.. models.Select(model => Placement.Compute(cluster, model.NumHiddenLayers, variant.Routing.Replicas))];
        }
        catch (Exception e) when (e is ArgumentException or PlacementException)
        {
            return null; // what is wrong with it has been said
        }
    }

    private HashSet<(int, int)> Neighbours(IReadOnlyList<Placement> placements)
    {
        HashSet<(int, int)> pairs = [];
        foreach (Placement placement in placements)
        {
            int[] route = [.. (variant.Routing.ExplicitOrder ?? [.. Enumerable.Range(0, placement.Layers)]).Where(layer => layer < placement.Layers)
                .Select(layer => placement.Copies(layer)[0])];
            for (int i = 1; i < route.Length; i++)
                pairs.Add((Math.Min(route[i - 1], route[i]), Math.Max(route[i - 1], route[i])));
        }

        return pairs;
    }

    private double? LastOutcome()
    {
        if (Requests is not { } requests)
            return null;
        double deadline = variant.Workload.Deadline.TotalSeconds, rate = variant.Workload.Arrivals.RatePerSecond;
        double? last = LastArrival = variant.Workload.Arrivals.Kind switch // when the last request is submitted, where that does not depend on the others
        {
            ArrivalKind.Uniform => (requests - 1) / rate,
            ArrivalKind.Trace => variant.Workload.Arrivals.Times!.At(Math.Min(requests, variant.Workload.Arrivals.Times.Count) - 1).TotalSeconds,
            ArrivalKind.Poisson => (requests + (8 * Math.Sqrt(requests)) + 20) / rate, // eight standard deviations late
            _ => null,
        };
        double end = last is { } submitted ? submitted + deadline : Math.Ceiling(requests / (double)variant.Workload.Arrivals.Concurrency) * deadline;
        if (IsWall)
            return (1.1 * end) + 5; // processes and timers take their time
        // Where nothing goes wrong before, at least one request is on its way or computed at any time: all of them take no longer than one after another.
        return !LosesMessages && Alone() is { } each && (requests * each) + (last ?? 0) is var busy && busy < end
            && variant.Faults.All(fault => fault.At.TotalSeconds > busy) ? busy : end;
    }

    /// <summary>Seconds that a request takes when it is alone and nothing goes wrong; null where that has no end.</summary>
    private double? Alone()
    {
        if (models.Count == 0 || Crossing() is not { } crossing || Links.Any(link => link.DropsGarbled) || IsSlow()
            || variant.Cluster.Nodes.Any(node => node.Resident is not null || node.SlowStart is not null))
            return null;
        double compute = 0;
        foreach (NodeSpec node in variant.Cluster.Nodes)
        {
            if (Longest(node.ComputeTime.Base) is not { } longest)
                return null;
            compute = Math.Max(compute, (longest + (node.ComputeTime.PerImage.TotalSeconds * variant.Workload.ImagesPerRequest)) * node.Slowdown);
        }

        int layers = models.Max(model => model.NumHiddenLayers);
        return (layers * compute) + ((layers + 1) * (crossing.Latency + crossing.Sending));
    }
}
