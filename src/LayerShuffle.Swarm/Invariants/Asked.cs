using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Trials;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Swarm.Books;

namespace LayerShuffle.Swarm.Invariants;

/// <summary>What a trial was asked for, as far as the invariants need it.</summary>
internal static class Asked
{
    /// <summary>The endpoint that is no node.</summary>
    public const string Coordinator = "coordinator";

    private static TrialSpec Spec(this TrialBook book) => book.Planned.Spec;

    /// <summary>Whether any fault pauses nodes.</summary>
    public static bool Pauses(this TrialBook book) => book.Spec().Faults.Any(fault => fault is PauseFault);

    /// <summary>Whether links do from beginning to end what their conditions say of whole messages: no fault, no trace, no packets, no shared rate.</summary>
    public static bool IsSteady(this TrialBook book) => !book.Spec().Faults.Any(fault => fault is LinkFault)
        && !book.IsTraced() && !book.Spec().Cluster.SharesRates && book.Conditions().All(link => link.Packets is null);

    /// <summary>Whether conditions of links come from files.</summary>
    public static bool IsTraced(this TrialBook book) => book.Conditions().Any(link => link.Trace is { IsNone: false });

    /// <summary>Whether nodes come back without weights, and then take on nothing until they have them again.</summary>
    public static bool LosesWeights(this TrialBook book) => book.Spec().Faults.Any(fault => fault.LosesWeights);

    /// <summary>Whether senders do what one timeout, a number of resends, and failing or skipping say, and choose nothing by what they saw.</summary>
    public static bool IsPlain(this RoutingSpec routing) => routing is { Backoff: null, Avoid: null, Copies: CopyChoice.First }
        && routing is { Hedge: null, Redundancy: null, Parallel: 1, Phi: null } && routing.OnFailure is OnFailure.Fail or OnFailure.Skip
        && routing.Order != OrderKind.Opportunistic;

    /// <summary>Whether a fault strikes once, at a time that the scenario says.</summary>
    public static bool IsOnce(this FaultSpec fault) => fault.Timing == FaultTiming.Once && fault is not (ChurnFault or TraceFault);

    /// <summary>Whether the first requests count in no metric.</summary>
    public static bool WarmsUp(this TrialBook book) => book.Spec().Workload.WarmUp.Nanoseconds > 0;

    /// <summary>The conditions that a link is asked for.</summary>
    public static LinkConditions Link(this TrialBook book, string from, string to) => book.Spec().Network.Links
        .Where(link => (link.From == "all" || link.From == from) && (link.To == "all" || link.To == to))
        .Aggregate(book.Spec().Network.Default, (conditions, exception) => conditions.With(exception.Set));

    /// <summary>All conditions that links are asked for: of every one, and of those with exceptions.</summary>
    public static IEnumerable<LinkConditions> Conditions(this TrialBook book)
    {
        string[] endpoints = [Coordinator, .. book.Spec().Cluster.Nodes.Select(node => node.Name)];
        return book.Spec().Network.Links.Count == 0 ? [book.Spec().Network.Default]
            : endpoints.SelectMany(from => endpoints.Where(to => to != from).Select(to => book.Link(from, to)));
    }

    /// <summary>Whether a property is asked of any link at any time.</summary>
    public static bool Ever(this TrialBook book, Func<LinkConditions, bool> asked, Func<LinkPatch, bool> patched) =>
        book.Conditions().Any(asked) || book.Spec().Faults.OfType<LinkFault>().Any(fault => patched(fault.Set));

    /// <summary>Whether messages are ever sent twice.</summary>
    public static bool Duplicates(this TrialBook book) => book.Ever(link => link.Duplicate > 0, patch => patch.Duplicate > 0);

    /// <summary>Bytes of an activation of so many images: patches and class token (and DeiT's second one) times width times the bytes of a number.</summary>
    public static long Bytes(this TrialBook book, int images)
    {
        ModelSpec model = book.Planned.Model;
        long side = model.Config.ImageHeight / model.Config.PatchHeight, other = model.Config.ImageWidth / model.Config.PatchWidth;
        long tokens = (side * other) + (model.Config.Architecture == ModelArchitecture.Deit ? 2 : 1);
        int number = book.Spec().Cluster.Wire switch { WireFormat.Float32 => 4, WireFormat.Int8 => 1, _ => 2 };
        return images * tokens * model.Config.HiddenSize * number;
    }

    /// <summary>Bytes of a hop. Of layers that run at once each but the first ones' senders sends its input with its output.</summary>
    public static long Bytes(this TrialBook book, HopRow hop, int images)
    {
        int parallel = book.Spec().Routing.Parallel, before = hop.IsResult && hop.Position % parallel > 0 ? hop.Position % parallel : parallel;
        return book.Bytes(images) * (hop.From != Coordinator && before > 1 ? 2 : 1);
    }

    /// <summary>What is always drawn; null where draws differ.</summary>
    public static long? Always(this DelayDistribution delay) => delay.Kind == DelayKind.Constant ? Clamped(delay, delay.Mean.Nanoseconds) : null;

    /// <summary>The most that is ever drawn; null where there is no bound.</summary>
    public static long? MostEver(this DelayDistribution delay) => delay.Always() ?? delay.Max?.Nanoseconds;

    /// <summary>The time of one layer of a request on a node that nothing slows; null where it is drawn.</summary>
    public static double? ComputeTime(this NodeSpec node, int images) =>
        node.ComputeTime.Base.Always() is { } always ? always + ((double)node.ComputeTime.PerImage.Nanoseconds * images) : null;

    /// <summary>The deadline of a request, in nanoseconds.</summary>
    public static long Deadline(this TrialBook book, RequestRow request) => request.Submitted + book.Spec().Workload.Deadline.Nanoseconds;

    /// <summary>Requests by their numbers.</summary>
    public static IReadOnlyDictionary<int, RequestRow> ByNumber(this TrialBook book) =>
        book.Requests.GroupBy(request => request.Request).ToDictionary(same => same.Key, same => same.First());

    /// <summary>Whether every attempt is in the rows.</summary>
    public static bool IsWhole(this TrialBook book) => book.Hops.All(hop => hop.Fate != "not_traced") && book.Spec().TraceRequests == int.MaxValue;

    private static long Clamped(DelayDistribution delay, long drawn) =>
        Math.Max(delay.Min.Nanoseconds, Math.Min(drawn, delay.Max?.Nanoseconds ?? long.MaxValue));
}
