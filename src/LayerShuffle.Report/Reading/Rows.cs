namespace LayerShuffle.Report.Reading;

/// <summary>A row of the ledger.</summary>
/// <param name="Trial">The trial.</param>
/// <param name="TimeMs">When it happened.</param>
/// <param name="Fault">The fault's name.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Target">What it struck.</param>
/// <param name="Effect">What happened.</param>
/// <param name="RequestedMs">When it was asked for; null on the virtual clock.</param>
/// <param name="LastedMs">How long a strike that is over was in force.</param>
public sealed record LedgerRow(int Trial, double TimeMs, string Fault, string Kind, string Target, string Effect, double? RequestedMs, double? LastedMs);

/// <summary>An epoch of a training.</summary>
/// <param name="Model">The model.</param>
/// <param name="Seed">Index of the training seed.</param>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Loss">Mean loss.</param>
/// <param name="Sequential">Test accuracy in ascending order.</param>
/// <param name="Arbitrary">Test accuracy in random orders.</param>
public sealed record EpochRow(string Model, int Seed, int Epoch, double? Loss, double? Sequential, double? Arbitrary);

/// <summary>A row of <c>layers.csv</c>: what a layer is worth to a model.</summary>
/// <param name="Model">The model.</param>
/// <param name="Layer">The layer.</param>
/// <param name="Probe">What was done to it.</param>
/// <param name="Position">Where; blank where that says nothing.</param>
/// <param name="Value">What was measured.</param>
/// <param name="Top1">Accuracy with it.</param>
public sealed record ProbeRow(string Model, string Layer, string Probe, string Position, double? Value, double? Top1);

/// <summary>A row of <c>embeddings.csv</c>: what a layer puts out, in two dimensions.</summary>
/// <param name="Model">The model.</param>
/// <param name="TrainingSeed">Its training seed.</param>
/// <param name="Position">Where the layer stood.</param>
/// <param name="X">Where the output lies.</param>
/// <param name="Y">Likewise.</param>
public sealed record EmbeddingPoint(string Model, string TrainingSeed, long Position, double X, double Y);

/// <summary>A row of <c>reliability.csv</c>: accuracy with a set of nodes dead.</summary>
/// <param name="Model">The model.</param>
/// <param name="Condition">The condition.</param>
/// <param name="Policy">The policy.</param>
/// <param name="Set">The dead nodes.</param>
/// <param name="NodesDown">How many they are.</param>
/// <param name="Probability">How probable the set is.</param>
/// <param name="Top1">Accuracy.</param>
public sealed record ReliabilityRow(string Model, string Condition, string Policy, string Set, int NodesDown, double? Probability, double? Top1);

/// <summary>A row of <c>importance.csv</c>: what the expected accuracy owes to a domain, a node or a layer.</summary>
/// <param name="Model">The model.</param>
/// <param name="Condition">The condition.</param>
/// <param name="Policy">The policy.</param>
/// <param name="Kind">What it is: <c>expected</c>, <c>domain</c>, <c>node</c> or <c>layer</c>.</param>
/// <param name="Target">Which one.</param>
/// <param name="Probability">How probable it is that it is up.</param>
/// <param name="Up">Expected accuracy where it is up.</param>
/// <param name="Down">Expected accuracy where it is down.</param>
/// <param name="Value">The importance, or the expected accuracy itself.</param>
/// <param name="Low">The lower end of its interval.</param>
/// <param name="High">The upper end.</param>
public sealed record ImportanceRow(string Model, string Condition, string Policy, string Kind, string Target, double? Probability, double? Up, double? Down,
    double? Value, double? Low, double? High);

/// <summary>A row of <c>recovery.csv</c>: what an outage cost.</summary>
/// <param name="Trial">The trial.</param>
/// <param name="Fault">The fault.</param>
/// <param name="Target">The node or domain.</param>
/// <param name="DownMs">When it went down.</param>
/// <param name="DetectedMs">When somebody knew.</param>
/// <param name="ServingMs">When its layers were served again.</param>
/// <param name="RecoveredMs">When throughput was back.</param>
/// <param name="Hit">Requests that it hit.</param>
/// <param name="Failed">Those of them that failed.</param>
/// <param name="Top1During">Accuracy meanwhile.</param>
public sealed record RecoveryRow(int Trial, string Fault, string Target, double? DownMs, double? DetectedMs, double? ServingMs, double? RecoveredMs,
    double? Hit, double? Failed, double? Top1During);

/// <summary>What the links of a group were asked for, and what they did.</summary>
public sealed class LinkTotals
{
    /// <summary>Data messages that were handed to links.</summary>
    public double Sent { get; set; }

    /// <summary>Asked and realised rates, weighted by messages, in the order of <see cref="Quantities"/>.</summary>
    public double[] Asked { get; } = new double[Quantities.Count];

    /// <summary>Realised rates, likewise.</summary>
    public double[] Realised { get; } = new double[Quantities.Count];

    /// <summary>The messages that each is weighted by.</summary>
    public double[] Weights { get; } = new double[Quantities.Count];

    /// <summary>What is asked for and realised; their columns begin with <c>asked_</c> and <c>realised_</c>.</summary>
    public static IReadOnlyList<string> Quantities { get; } = ["loss", "duplicate", "corrupt", "reorder"];

    /// <summary>Mean latency that was asked for, and the one that was drawn, weighted by messages.</summary>
    public (double Asked, double Realised, double Weight) LatencyMs { get; set; }

    /// <summary>Messages dropped by links that were down, by receivers that were, and by full queues.</summary>
    public (double Link, double Receiver, double Queue) Dropped { get; set; }
}

/// <summary>The requests of a trial, in the order of their rows; those of the warm-up are among them.</summary>
public sealed class TrialRequests
{
    /// <summary>Numbers.</summary>
    public List<int> Numbers { get; } = [];

    /// <summary>When each was submitted.</summary>
    public List<double> SubmittedMs { get; } = [];

    /// <summary>How long each took; NaN where it did not complete.</summary>
    public List<double> LatencyMs { get; } = [];

    /// <summary>Images of each.</summary>
    public List<int> Images { get; } = [];

    /// <summary>Images that were right; -1 where nobody knows.</summary>
    public List<int> Correct { get; } = [];

    /// <summary>Layers lost; -1 where it did not complete.</summary>
    public List<short> Skipped { get; } = [];

    /// <summary>Resends on the way.</summary>
    public List<int> Resends { get; } = [];

    /// <summary>Whether it missed its deadline, rather than being given up.</summary>
    public List<bool> Late { get; } = [];

    /// <summary>How many of the first are of the warm-up.</summary>
    public int WarmUp { get; set; }
}

/// <summary>Which layers the completed requests of a group executed, where, and which they lost.</summary>
public sealed class LayerUse
{
    /// <summary>Completed requests.</summary>
    public long Completed { get; set; }

    /// <summary>Those that went through the layers in ascending order.</summary>
    public long InOrder { get; set; }

    /// <summary>How often a layer was executed at a position.</summary>
    public Dictionary<(int Position, int Layer), long> Executed { get; } = [];

    /// <summary>How often a layer was lost to failures.</summary>
    public Dictionary<int, long> Skipped { get; } = [];

    /// <summary>How often a layer was left out on purpose.</summary>
    public Dictionary<int, long> Pruned { get; } = [];

    /// <summary>The layers that are known of, ascending.</summary>
    public IReadOnlyList<int> Layers => [.. Executed.Keys.Select(key => key.Layer).Concat(Skipped.Keys).Concat(Pruned.Keys).Distinct().Order()];
}
