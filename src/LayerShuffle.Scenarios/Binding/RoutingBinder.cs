using System.Globalization;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Binding;

/// <summary>Routing with its policy applied.</summary>
/// <param name="mistakes">Where mistakes go.</param>
/// <param name="layers">The layers there are.</param>
internal sealed class RoutingBinder(MistakeList mistakes, LayerChecker layers)
{
    public RoutingSpec Bind(MapNode? routing, int nodes)
    {
        SequenceNode? order = routing?.Get("order") as SequenceNode;
        layers.CheckIds(order);
        int replicas = Math.Max(1, Read.Integer(routing, "replicas", 1));
        if (nodes > 0 && replicas > nodes)
            mistakes.Add(routing!.Get("replicas")!, $"{replicas} replicas on {nodes} node{(nodes == 1 ? "" : "s")}",
                "at most as many replicas as nodes: two copies never lie on one");
        Together(routing);
        return new RoutingSpec
        {
            Parallel = Math.Max(1, Read.Integer(routing, "parallel", 1)),
            Order = order is not null ? OrderKind.Explicit : Read.Text(routing, "order") switch
            {
                "arbitrary" => OrderKind.Arbitrary,
                "opportunistic" => OrderKind.Opportunistic,
                _ => OrderKind.Sequential,
            },
            ExplicitOrder = order is null ? null : [.. Read.Integers(order).Select(id => id.Value)],
            Pin = Pin(routing?.Map("pin")),
            Prune = Prune(routing?.Map("prune"), order),
            Timeout = Read.Duration(routing, "timeout"),
            Backoff = Backoff(routing?.Map("backoff")),
            Retries = Read.Integer(routing, "retries", 2),
            OnFailure = Read.Text(routing, "on_failure") switch
            {
                "fail" => OnFailure.Fail,
                "defer" => OnFailure.Defer,
                "wait" => OnFailure.Wait,
                _ => OnFailure.Skip,
            },
            Replicas = replicas,
            Copies = Read.Text(routing, "copies") switch
            {
                "fastest" => CopyChoice.Fastest,
                "random" => CopyChoice.Random,
                _ => CopyChoice.First,
            },
            Avoid = routing?.Map("avoid") is { } avoid
                ? new AvoidSpec(Math.Max(1, Read.Integer(avoid, "after", 1)), Read.Duration(avoid, "for") ?? Duration.FromSeconds(1)) : null,
            Hedge = Hedge(routing?.Map("hedge")),
            Redundancy = Redundancy(routing?.Map("redundancy")),
            Detection = routing?.Map("detection") is { } detector ? Read.Duration(detector, "delay") : Read.Duration(routing, "detection"),
            Phi = routing?.Map("detection") is { } phi && Read.Text(phi, "detector") == "phi" ? Phi(phi) : null,
        };
    }

    /// <summary>Layers that run at once are neighbours of an order that is known to all who send to them.</summary>
    private void Together(MapNode? routing)
    {
        if (Read.Integer(routing, "parallel", 1) < 2)
            return;
        ScenarioNode parallel = routing!.Get("parallel")!;
        if (Read.Text(routing, "order") == "opportunistic")
            mistakes.Add(parallel, "an opportunistic order is chosen on the way, by each sender for itself, so that nobody's neighbours are known",
                "1, or another `order`");
        if (Read.Text(routing, "on_failure") == "defer")
            mistakes.Add(parallel, "a layer that runs beside others cannot be deferred: they do not wait for it", "1, or `on_failure: skip`, `fail` or `wait`");
        if (Read.Text(routing, "copies") == "fastest")
            mistakes.Add(parallel, "each sender would choose a copy for itself, and none would get all parts of its input",
                "1, or `copies: first` or `random`");
    }

    private PinSpec? Pin(MapNode? pin)
    {
        (int first, int last) = (Read.Integer(pin, "first", 0), Read.Integer(pin, "last", 0));
        if (layers.Smallest is { } model && (long)first + last > model.NumHiddenLayers)
        {
            mistakes.Add(pin!, $"{(long)first + last} pinned layers, where model `{model.Name}` has {model.NumHiddenLayers}",
                $"at most {model.NumHiddenLayers}");
            return null;
        }

        return first + last == 0 ? null : new PinSpec(first, last);
    }

    private static BackoffSpec? Backoff(MapNode? backoff) => backoff is null ? null
        : new BackoffSpec(Read.Number(backoff, "factor", 2), Read.Duration(backoff, "max"), Read.Probability(backoff, "jitter") ?? 0);

    private static HedgeSpec? Hedge(MapNode? hedge) => Read.Text(hedge, "after") switch
    {
        null => null,
        ['p', .. { } percent] when double.TryParse(percent, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) =>
            new HedgeSpec(null, value / 100),
        _ => Read.Duration(hedge, "after") is { } after ? new HedgeSpec(after) : null,
    };

    private static RedundancySpec? Redundancy(MapNode? redundancy) => redundancy is null ? null : new RedundancySpec(
        Math.Max(1, Read.Integer(redundancy, "paths", 2)), Read.Text(redundancy, "combine") == "first" ? CombineKind.First : CombineKind.MeanLogits,
        Read.Duration(redundancy, "wait") ?? Duration.FromMilliseconds(50));

    private static PhiSpec Phi(MapNode phi)
    {
        PhiSpec akka = PhiSpec.Default;
        return new PhiSpec(Read.Number(phi, "threshold", akka.Threshold), Read.Duration(phi, "heartbeat") ?? akka.Heartbeat,
            Read.Duration(phi, "acceptable_pause") ?? akka.AcceptablePause, Math.Max(2, Read.Integer(phi, "max_samples", akka.MostSamples)),
            Read.Duration(phi, "min_stddev") ?? akka.LeastDeviation);
    }

    private PruneSpec? Prune(MapNode? prune, SequenceNode? order)
    {
        if (prune is null)
            return null;
        SequenceNode? ids = prune.Get("choose") as SequenceNode;
        int? given = Read.Integer(prune, "layers");
        int count = given ?? ids?.Items.Count ?? 0;
        if (ids is not null)
            CheckListed(prune, ids, given, order);
        if ((order?.Items.Count ?? layers.Smallest?.NumHiddenLayers) is { } all && count >= all && count > 0)
            mistakes.Add(prune.Get("layers") ?? prune, $"{count} pruned layers of {all} leave none", $"at most {all - 1}");
        PruneChoice choice = ids is not null ? PruneChoice.Explicit : Read.Text(prune, "choose") switch
        {
            "first" => PruneChoice.First,
            "last" => PruneChoice.Last,
            _ => PruneChoice.Random,
        };
        return count == 0 ? null : new PruneSpec(count, choice, ids is null ? null : [.. Read.Integers(ids).Select(id => id.Value)],
            Read.Text(prune, "per") == "trial");
    }

    private void CheckListed(MapNode prune, SequenceNode ids, int? given, SequenceNode? order)
    {
        layers.CheckIds(ids);
        if (given is { } count && count != ids.Items.Count)
            mistakes.Add(prune.Get("layers")!, $"`layers` says {count} where `choose` lists {ids.Items.Count}", "the two to agree, or `layers` left out");
        if (order is null)
            return;
        HashSet<int> visited = [.. Read.Integers(order).Select(id => id.Value)];
        foreach ((ScalarNode node, int id) in Read.Integers(ids).Where(id => !visited.Contains(id.Value)))
            mistakes.Add(node, $"layer {id} is not in `routing.order`", "layers that the order visits");
    }
}
