using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Links;
using LayerShuffle.Scenarios.Overlays;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Validation;

/// <summary>Says what a scenario asks of a clock that the clock cannot do.</summary>
/// <param name="mistakes">Where mistakes go.</param>
/// <param name="clock">The scenario's clock.</param>
internal sealed class ClockChecker(MistakeList mistakes, ScenarioClock clock)
{
    private const long MostTraceBytes = 2_000_000; // a message has at most 4 MiB
    private List<string> names = []; // the longest list of nodes so far: every list before it is its beginning
    private MembershipSpec? membership;

    /// <summary>Whether it is the wall clock.</summary>
    public bool IsWall => clock == ScenarioClock.Wall;

    /// <summary>What needs a model's weights at every step needs them in this process.</summary>
    public void Training(MapNode root)
    {
        IEnumerable<MapNode?> entries = (root.Map("models")?.Entries ?? []).Select(entry => entry.Value as MapNode);
        foreach (MapNode training in entries.Prepend(root.Map("model")).Select(model => model?.Map("training")).OfType<MapNode>())
        {
            if (IsWall)
                InOneProcess(training);
        }
    }

    private void InOneProcess(MapNode training)
    {
        const string Instead = "or `clock: virtual`; a model that was trained there is used here too if device, threads and processor are the same";
        if (Read.Text(training, "precision") == "bf16")
            mistakes.Add(training.Get("precision")!, "trainings compute in bf16 on the virtual clock only", "`fp32`, " + Instead);
        if (Read.Text(training, "optimizer") == "sgd")
            mistakes.Add(training.Get("optimizer")!, "trainings step by SGD on the virtual clock only", "`adamw`, " + Instead);
        if (Read.Number(training, "ema", 0) > 0)
            mistakes.Add(training.Get("ema")!, "weights are averaged on the virtual clock only", "0, " + Instead);
    }

    /// <summary>What differs between the clocks in one condition, sweep point and policy.</summary>
    public void Variant(VariantPoint point, TrialVariant variant)
    {
        MapNode? cluster = point.Merged.Map("cluster");
        if (IsWall)
        {
            Nodes(cluster?.Get("nodes") ?? cluster ?? point.Merged, variant.Cluster);
            Membership(cluster?.Get("membership") ?? cluster ?? point.Merged, variant.Cluster.Membership);
            Traces(point.Merged, variant);
            if (variant.Routing.Phi is not null)
                mistakes.Add(point.Merged.Map("routing")!.Get("detection")!, "on the wall clock processes do not suspect each other: a supervisor tells of a "
                    + "death at once, and machines that vanish are found by Akka's own phi-accrual detector",
                    "a duration, or `clock: virtual`; that detector's patience is `cluster.membership.acceptable_heartbeat_pause`");
            if (variant.Reliability is not null)
                mistakes.Add(point.Merged.Get("reliability")!, "sets of dead nodes are weighed in one process, as no time passes in them",
                    "`clock: virtual`, or faults that strike in time");
            return;
        }

        if (cluster?.Get("membership") is { } patience)
            mistakes.Add(patience, "there is no Akka.Cluster on the virtual clock", "no `membership`, or `clock: wall`");
        if (variant.Network.MembershipLossy)
            mistakes.Add(point.Merged.Map("network")!.Get("membership")!, "there is no Akka.Cluster on the virtual clock whose gossip could be lost",
                "`reliable`, or `clock: wall`");
    }

    /// <summary>A trial is told to every worker in one message.</summary>
    private void Traces(MapNode merged, TrialVariant variant)
    {
        LinkTrace?[] traces = [variant.Network.Default.Trace, .. variant.Network.Links.Select(link => link.Set.Trace)];
        long bytes = traces.Sum(trace => trace?.WireBytes ?? 0) + (6L * variant.Workload.Arrivals.Times?.Count ?? 0);
        if (bytes > MostTraceBytes)
            mistakes.Add(merged.Get("network") ?? merged, $"the traces take up to {DataSize.Text(bytes)}: on the wall clock every worker is told of them",
                $"at most {DataSize.Text(MostTraceBytes)} (a row of a CSV file takes up to 40 B, a time 10 B), or `clock: virtual`");
    }

    /// <summary>Processes are started before any trial, and are told then how patient to be.</summary>
    private void Membership(ScenarioNode place, MembershipSpec here)
    {
        membership ??= here;
        if (here != membership)
            mistakes.Add(
                place, $"members are given {here.AcceptableHeartbeatPause} and {here.StableAfter} here and {membership.AcceptableHeartbeatPause} and "
                    + $"{membership.StableAfter} elsewhere: on the wall clock all trials run on the same processes",
                "the same `membership` in all conditions");
    }

    /// <summary>Processes are started once for all trials: a trial can leave the last of them out, but cannot have others.</summary>
    private void Nodes(ScenarioNode place, ClusterSpec cluster)
    {
        List<string> here = [.. cluster.Nodes.Select(node => node.Name)];
        if (here.Count > names.Count && here.Take(names.Count).SequenceEqual(names))
            names = here;
        else if (!names.Take(here.Count).SequenceEqual(here))
            mistakes.Add(
                place, $"the nodes are {Listed(here)} here and {Listed(names)} elsewhere: on the wall clock all trials run on the same processes",
                "the same names in all conditions, or the first of them");
    }

    private static string Listed(List<string> names) => names.Count <= 6 ? string.Join(", ", names) : $"{string.Join(", ", names.Take(3))}, … {names[^1]}";
}
