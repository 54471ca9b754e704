using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Damages;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Time;
using LayerShuffle.Scenarios.Overlays;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Validation;

/// <summary>Finds what is allowed but hardly meant.</summary>
/// <param name="warnings">Where warnings go.</param>
internal sealed class WarningFinder(MistakeList warnings)
{
    /// <summary>Overrides that a later overlay always replaces.</summary>
    public void Shadows(OverlayExpander overlays, IReadOnlyList<MapEntry> sweep)
    {
        List<(string Path, ScenarioNode Node, string What)> later = [.. sweep.Select(entry => (entry.Key, entry.Value, "the sweep"))];
        foreach ((string name, MapNode overlay) in overlays.Policies)
        {
            List<(string, ScenarioNode)> leaves = [.. Leaves(overlay, "")];
            Shadowed(leaves, later);
            if (overlays.Policies.Count == 1)
                later.AddRange(leaves.Select(leaf => (leaf.Item1, leaf.Item2, $"policy `{name}`")));
        }

        if (overlays.Policies.Count > 1)
            later.AddRange(overlays.Policies.SelectMany(policy => Leaves(policy.Overlay, "")
                .Select(leaf => (leaf.Path, leaf.Node, $"policy `{policy.Name}`"))));
        foreach ((string _, MapNode overlay) in overlays.Conditions)
            Shadowed(Leaves(overlay, ""), later);
        later.AddRange(overlays.Conditions.SelectMany(condition => Leaves(condition.Overlay, "")
            .Select(leaf => (leaf.Path, leaf.Node, $"condition `{condition.Name}`"))));
        Shadowed(Leaves(overlays.Base, "").Where(leaf => leaf.Node.Location.Line == 0), later);
    }

    /// <summary>A timeout shorter than a round trip and the time the activation takes on the link; more than one pass through the test images.</summary>
    public void Variant(VariantPoint point, TrialVariant variant, IReadOnlyList<ModelSpec> models, DatasetSpec? dataset)
    {
        MapNode? routing = point.Merged.Map("routing"), workload = point.Merged.Map("workload");
        if (variant.Routing.Timeout is { } timeout && routing?.Get("timeout") is { } written && Slowest(variant, models) is { } needed && timeout < needed)
            warnings.Add(written, $"{Read.Text(routing, "timeout")} is shorter than a round trip plus size ÷ bandwidth, {needed}: every hop is sent again");
        if (variant.Workload.Requests is { } requests && dataset?.Test is { } test && (long)requests * variant.Workload.ImagesPerRequest > test)
        {
            ScenarioNode node = workload!.Get("requests") ?? workload.Map("arrivals")!.Get("trace")!;
            warnings.Add(node, $"{requests} requests of {variant.Workload.ImagesPerRequest} are more than one pass through {test} test images");
        }

        Unknown(point, variant.Cluster, "power", node => node.Power is null, "the energy of a trial");
        Unknown(point, variant.Cluster, "price", node => node.PricePerHour is null, "the cost of a trial");
    }

    private void Unknown(VariantPoint point, ClusterSpec cluster, string key, Func<NodeSpec, bool> isUnknown, string what)
    {
        List<string> without = [.. cluster.Nodes.Where(isUnknown).Select(node => node.Name)];
        string some = string.Join(", ", without.Take(4)) + (without.Count > 4 ? ", …" : "");
        if (without.Count > 0 && without.Count < cluster.Nodes.Count)
            warnings.Add(point.Merged.Map("cluster")!.Get("nodes")!, $"{some} without `{key}` while others have one: {what} counts that as nothing");
    }

    private static Duration? Slowest(TrialVariant variant, IReadOnlyList<ModelSpec> models)
    {
        if (models.Count == 0)
            return null;
        double bytes = models.Max(model => model.ActivationBytes(variant.Workload.ImagesPerRequest, variant.Cluster.Wire));
        double slowest = 0;
        foreach (LinkConditions link in variant.Network.Links.Select(link => variant.Network.Default.With(link.Set)).Prepend(variant.Network.Default))
        {
            double back = Math.Max(variant.Network.Default.Latency.Mean.TotalSeconds, link.Latency.Min.TotalSeconds);
            double rounds = link is { Packets: { Missing: MissingPackets.Resend } packets, Loss: > 0 and < 1 } ? packets.MeanRounds(link.Loss, (long)bytes) : 1;
            slowest = Math.Max(slowest, (link.Latency.Mean.TotalSeconds * ((2 * rounds) - 1)) + back + link.TransmissionSeconds(bytes)
                + Shared(variant, bytes + link.OverheadBytes));
        }

        return slowest < 1e9 ? Duration.FromSeconds(slowest) : null;
    }

    /// <summary>What shared rates add to every hop: the least of them, as a hop may have the coordinator at one end, which has neither.</summary>
    private static double Shared(TrialVariant variant, double bytes) => !variant.Cluster.SharesRates ? 0 : Math.Min(
        variant.Cluster.Nodes.Min(node => bytes / node.UplinkBytesPerSecond ?? 0), variant.Cluster.Nodes.Min(node => bytes / node.DownlinkBytesPerSecond ?? 0));

    private void Shadowed(IEnumerable<(string Path, ScenarioNode Node)> leaves, List<(string Path, ScenarioNode Node, string What)> later)
    {
        foreach ((string path, ScenarioNode node) in leaves)
        {
            int at = later.FindIndex(other => path == other.Path || path.StartsWith(other.Path + ".", StringComparison.Ordinal));
            if (at >= 0)
                warnings.Add(node, $"this override of `{path}` is shadowed by {later[at].What} ({later[at].Node.Location})");
        }
    }

    private static IEnumerable<(string Path, ScenarioNode Node)> Leaves(MapNode map, string prefix) =>
        map.Entries.SelectMany(entry => entry.Value is MapNode inner ? Leaves(inner, prefix + entry.Key + ".") : [(prefix + entry.Key, entry.Value)]);
}
