using LayerShuffle.Actors.Models;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Reliabilities;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;
using LayerShuffle.Core.Workloads;

namespace LayerShuffle.Runs.Reliabilities;

/// <summary>
/// What stands for a trial where sets of dead nodes are weighed: every request is answered once for each set of layers that may be missing. Sets that lose the
/// same layers share the answers, so that the model is asked no more often than there are such sets.
/// </summary>
/// <param name="spec">The trial.</param>
/// <param name="model">Its model.</param>
/// <param name="testImages">Test images to draw requests from.</param>
public sealed class ReliabilityTrial(TrialSpec spec, ITrialModel model, int testImages)
{
    private readonly Topology topology = Topology.Of(spec.Cluster);
    private readonly Placement placement = Placement.Compute(spec.Cluster, model.Layers, spec.Routing.Replicas, spec.LayerBytes);
    private readonly ImageSchedule images = new(spec.Workload, testImages, spec.Luck);
    private readonly RoutePlanner routes = new(spec.Routing, model.Layers, spec.Luck);

    /// <summary>Asks and weighs.</summary>
    /// <param name="progress">Told how many of how many sets of missing layers have been asked about.</param>
    /// <param name="cancellation">Stops it between two requests.</param>
    public TrialRecord Run(Action<int, int> progress, CancellationToken cancellation)
    {
        ReliabilitySpec reliability = spec.Reliability ?? throw new InvalidOperationException($"Trial {spec.Key.Trial} weighs no sets of dead nodes.");
        IReadOnlyList<DeadSet> sets = DeadSet.Of(reliability, topology, spec.Luck);
        int[][] hosts = [.. sets.Select(set => set.Hosts(placement))];
        OrderedDictionary<string, int[]> different = new(StringComparer.Ordinal);
        int[] answerOf = new int[sets.Count];
        for (int set = 0; set < sets.Count; set++)
        {
            different.TryAdd(Key(hosts[set]), hosts[set]);
            answerOf[set] = different.IndexOf(Key(hosts[set]));
        }

        var answers = new SetAnswers[different.Count];
        for (int i = 0; i < answers.Length; i++)
        {
            answers[i] = Ask(different.GetAt(i).Value, cancellation);
            progress(i + 1, answers.Length);
        }

        int[] sizes = [.. Enumerable.Range(0, images.RequestCount).Select(request => images.Images(request).Length)];
        var weights = new ReliabilityWeights(spec.Cluster, placement, reliability, sets, answers, answerOf, sizes, model.Computes);
        return new()
        {
            Key = spec.Key,
            Requests = [],
            Hops = [],
            Ledger = [],
            Links = [],
            Layers = model.Layers,
            Deadline = spec.Workload.Deadline,
            Retries = 0,
            ResultsSuperseded = 0,
            Length = Duration.Zero,
            HasModel = model.Computes,
            Reliability = weights.Record(hosts),
        };
    }

    /// <summary>What the answers depend on: the layers that are there; where crossings round, also who has them.</summary>
    private string Key(int[] hosts) => string.Join(' ', spec.Cluster.Wire == WireFormat.Float32 ? hosts.Select(host => Math.Min(host, 0)) : hosts);

    /// <summary>Asks every request with the layers that live.</summary>
    private SetAnswers Ask(int[] hosts, CancellationToken cancellation)
    {
        bool gives = spec.Routing.OnFailure is OnFailure.Skip or OnFailure.Defer; // a deferred layer is as dead at the end of the route
        var answers = new SetAnswers(images.RequestCount);
        (model as IForeseeing)?.Foresee(images.RequestCount, images.Images, request => Living(routes.Plan(request).Order, hosts));
        for (int request = 0; request < images.RequestCount; request++)
        {
            cancellation.ThrowIfCancellationRequested();
            int[] planned = routes.Plan(request).Order, order = Living(planned, hosts);
            if (order.Length < planned.Length && !gives)
                continue;
            answers.Add(request, Answer(request, order, hosts), order.Length, planned.Length - order.Length);
        }

        return answers;
    }

    private static int[] Living(int[] order, int[] hosts) => [.. order.Where(layer => hosts[layer] >= 0)];

    private Judgement? Answer(int request, int[] order, int[] hosts)
    {
        int[] asked = images.Images(request);
        int at = Topology.CoordinatorIndex;
        object? activation = model.Embed(request, asked);
        for (int position = 0; position < order.Length; position++)
        {
            int host = hosts[order[position]];
            activation = model.Execute(order[position], host == at ? activation : model.Carry(activation, request, spec.Cluster.Wire), request, position);
            at = host;
        }

        Judgement? judged = model.Judge(at == Topology.CoordinatorIndex ? activation : model.Carry(activation, request, spec.Cluster.Wire), asked);
        model.Release(request);
        return judged;
    }
}

/// <summary>How the requests of a trial are answered where the same layers are missing.</summary>
/// <param name="requests">How many there are.</param>
internal sealed class SetAnswers(int requests)
{
    /// <summary>By request: images that are classified right; 0 where it does not complete.</summary>
    public int[] Correct { get; } = new int[requests];

    /// <summary>By request: images whose class is among the best five.</summary>
    public int[] CorrectTop5 { get; } = new int[requests];

    /// <summary>By request: mean loss of its images; null where it has none.</summary>
    public double?[] Loss { get; } = new double?[requests];

    /// <summary>By request: layers executed; -1 where it does not complete.</summary>
    public int[] Executed { get; } = Filled(requests);

    /// <summary>By request: layers lost.</summary>
    public int[] Skipped { get; } = new int[requests];

    /// <summary>A request completes.</summary>
    public void Add(int request, Judgement? judged, int executed, int skipped)
    {
        (Correct[request], CorrectTop5[request]) = (judged?.Correct ?? 0, judged?.CorrectTop5 ?? 0);
        Loss[request] = judged?.Loss;
        (Executed[request], Skipped[request]) = (executed, skipped);
    }

    private static int[] Filled(int requests)
    {
        var none = new int[requests];
        Array.Fill(none, -1);
        return none;
    }
}
